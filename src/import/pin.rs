//! Adds ids to existing retailer files without other changes.
//!
//! The edited text must parse to what was intended and must contain the old text byte for
//! byte, except an empty `ids: {}`. Otherwise the file is left as it is.

use super::ImportInput;
use crate::config::edit::put;
use crate::config::yaml::quoted;
use crate::config::{Sources, check};
use crate::matching::{Match, MatchResult, match_each};
use crate::model::{Retailer, System};
use std::collections::BTreeMap;

/// Files with added ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinning {
    pub pins: Vec<Pin>,
    /// Files whose ids are known but could not be added.
    pub refused: Vec<String>,
    /// All files, including the pins.
    pub sources: Sources,
    pub fleet: Vec<Retailer>,
}

/// A file with added ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    pub file: String,
    pub name: String,
    /// The added ids.
    pub ids: BTreeMap<System, String>,
    pub text: String,
}

/// Adds to each file in scope the ids that matching by name found.
pub fn pin(input: &ImportInput, in_scope: impl Fn(&Retailer) -> bool) -> Pinning {
    let mut refused = Vec::new();
    let mut pins = Vec::new();
    let seen = match_each(input.fleet, input.partner, input.live);
    for (retailer, seen) in input.fleet.iter().zip(&seen) {
        let ids = missing(retailer, seen);
        if ids.is_empty() || !in_scope(retailer) {
            continue;
        }
        let (file, name) = (retailer.file.clone(), retailer.name.clone());
        let source = input.sources.retailers.iter().find(|source| source.path == file);
        match source.and_then(|source| add(&source.bytes, &ids)) {
            Some(text) => pins.push(Pin { file, name, ids, text }),
            None => refused.push(file),
        }
    }
    loop {
        let sources = with_pins(input.sources, &pins);
        let checked = check(&sources, input.today);
        let is_good = |pin: &Pin| only_adds_ids(pin, input.fleet, &checked.retailers);
        let (good, bad): (Vec<Pin>, Vec<Pin>) = pins.into_iter().partition(is_good);
        pins = good;
        if bad.is_empty() {
            refused.sort();
            return Pinning { pins, refused, sources, fleet: checked.retailers };
        }
        refused.extend(bad.into_iter().map(|pin| pin.file));
    }
}

fn with_pins(sources: &Sources, pins: &[Pin]) -> Sources {
    let texts: BTreeMap<&str, &str> =
        pins.iter().map(|pin| (pin.file.as_str(), pin.text.as_str())).collect();
    let mut sources = sources.clone();
    for source in &mut sources.retailers {
        if let Some(text) = texts.get(source.path.as_str()) {
            source.bytes = text.as_bytes().to_vec();
        }
    }
    sources
}

/// Returns whether the file declares the same as before, plus the ids.
fn only_adds_ids(pin: &Pin, before: &[Retailer], after: &[Retailer]) -> bool {
    let of = |fleet: &[Retailer]| fleet.iter().find(|other| other.file == pin.file).cloned();
    let Some(mut intended) = of(before) else { return false };
    intended.ids.extend(pin.ids.clone());
    of(after) == Some(intended)
}

/// Returns the ids that matching by name found and the file does not pin.
fn missing(retailer: &Retailer, seen: &BTreeMap<System, MatchResult>) -> BTreeMap<System, String> {
    let found = seen.iter().filter_map(|(&system, matched)| match &matched.found {
        Match::Record(record) if !retailer.ids.contains_key(&system) => {
            Some((system, record.id.to_string()))
        }
        _ => None,
    });
    found.collect()
}

/// Adds ids to the `ids` of a file's text, or returns `None` if that would change anything
/// else.
fn add(bytes: &[u8], ids: &BTreeMap<System, String>) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let edited = ids.iter().try_fold(body.to_owned(), |text, (system, id)| {
        put(&text, &["ids", system.key()], &quoted(id), &[])
    })?;
    // A block takes the place of an empty mapping.
    let without_empty = body.replacen("ids: {}", "ids:", 1);
    let is_good = is_inserted(body, &edited) || is_inserted(&without_empty, &edited);
    is_good.then(|| format!("{mark}{edited}"))
}

/// Returns whether the new text is the old one with an insertion at one place.
fn is_inserted(old: &str, new: &str) -> bool {
    let (old, new) = (old.as_bytes(), new.as_bytes());
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    new.len() > old.len() && head + tail >= old.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    /// Pins OmniRPS and OmniReturns.
    fn pinned(text: &str) -> String {
        let ids = BTreeMap::from([
            (System::Omnirps, "77".to_owned()),
            (System::Omnireturns, "1042".to_owned()),
        ]);
        add(text.as_bytes(), &ids).unwrap_or_else(|| "(left alone)".into())
    }

    #[test]
    fn new_ids_stand_with_the_facts_about_identity() {
        let text = "# a\nretailer: Acme # b\njourney: new   # c\n\n# d\nmilestones:\n  introduced: 2026-10-01\n";
        assert_snapshot!(pinned(text), @r#"
        # a
        retailer: Acme # b
        journey: new   # c
        ids:
          omnirps: "77"
          omnireturns: "1042"

        # d
        milestones:
          introduced: 2026-10-01
        "#);
        let text = "retailer: Acme\njourney: existing\nomnireturns:\n    name: Acme UK\n# e\nnotes: |+\n  a\n\n";
        assert_snapshot!(pinned(text), @r#"
        retailer: Acme
        journey: existing
        omnireturns:
            name: Acme UK
        ids:
            omnirps: "77"
            omnireturns: "1042"
        # e
        notes: |+
          a
        "#);
    }

    #[test]
    fn ids_join_those_that_are_there() {
        let text = "retailer: Acme\njourney: new\nids:\n    omniparcel: 501 # x\n\nnotes: a\n";
        assert_snapshot!(pinned(text), @r#"
        retailer: Acme
        journey: new
        ids:
            omniparcel: 501 # x
            omnirps: "77"
            omnireturns: "1042"

        notes: a
        "#);
        let text = "retailer: Acme\nids: {omniparcel: '501'} # x\njourney: new\n";
        assert_snapshot!(pinned(text), @r#"
        retailer: Acme
        ids: {omniparcel: '501', omnirps: "77", omnireturns: "1042"} # x
        journey: new
        "#);
        assert_eq!(
            pinned("ids: # x\n  # y\njourney: new\n"),
            "ids: # x\n  # y\n  omnirps: \"77\"\n  omnireturns: \"1042\"\njourney: new\n"
        );
        for comment in ["", " # x"] {
            assert_eq!(
                pinned(&format!("retailer: Acme\nids: {{}}{comment}\njourney: new\n")),
                format!(
                    "retailer: Acme\nids:{comment}\n  omnirps: \"77\"\n  omnireturns: \"1042\"\n\
                     journey: new\n"
                )
            );
        }
        assert_snapshot!(pinned("{retailer: Acme, ids: {}}\n"), @r#"{retailer: Acme, ids: {omnirps: "77", omnireturns: "1042"}}"#);
        assert_snapshot!(pinned("{retailer: Acme, journey: new}\n"), @r#"{retailer: Acme, journey: new, ids: {omnirps: "77", omnireturns: "1042"}}"#);
    }

    #[test]
    fn marks_and_line_ends_stay() {
        let text = "\u{feff}retailer: Acme\r\njourney: new\r\nnotes: x\r\n";
        let edited = pinned(text);
        assert_eq!(
            edited,
            "\u{feff}retailer: Acme\r\njourney: new\r\nids:\r\n  omnirps: \"77\"\r\n  \
             omnireturns: \"1042\"\r\nnotes: x\r\n"
        );
        assert_snapshot!(pinned("---\nretailer: Acme\njourney: new"), @r#"
        ---
        retailer: Acme
        journey: new
        ids:
          omnirps: "77"
          omnireturns: "1042"
        "#);
    }

    #[test]
    fn what_cannot_be_edited_safely_is_left_alone() {
        for text in [
            "retailer: Acme\njourney: new\nids: ~\n",
            "retailer: Acme\nids: {omnirps: '78'}\n",
            "[]",
            "",
        ] {
            assert_eq!(pinned(text), "(left alone)", "{text}");
        }
    }
}
