//! Properties of stating a milestone in generated files of any layout: only the necessary
//! lines change, comments and meaning stay, and the operation is idempotent.

use jiff::civil::date;
use proptest::prelude::*;
use reconcile::edit::state;
use reconcile::milestone_rules;
use reconcile::{Fact, Journey, Milestone};
use serde_yaml::{Mapping, Value};
use similar::{ChangeTag, TextDiff};

/// A source of choices, one byte each; once it is empty, the first option is chosen.
struct Tape(std::vec::IntoIter<u8>);

impl Tape {
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::from(self.0.next().unwrap_or(0)) % from.len()]
    }

    fn flip(&mut self) -> bool {
        self.pick(&[false, true])
    }
}

/// A file, and which of its lines may change.
struct File {
    tape: Tape,
    lines: Vec<(String, bool)>,
    comments: usize,
}

impl File {
    /// Adds a line, possibly with a trailing comment and other lines above it.
    fn line(&mut self, indent: usize, text: &str, may_change: bool) {
        self.gap(indent);
        self.bare_line(indent, text, may_change);
    }

    fn bare_line(&mut self, indent: usize, text: &str, may_change: bool) {
        let comment =
            if self.tape.flip() { format!("  {}", self.comment()) } else { String::new() };
        self.lines.push((format!("{}{text}{comment}", " ".repeat(indent)), may_change));
    }

    /// Adds blank lines and comments.
    fn gap(&mut self, indent: usize) {
        match self.tape.pick(&[0, 0, 0, 1, 2, 3]) {
            0 => {}
            1 => self.lines.push((String::new(), false)),
            2 => self.comment_line(indent),
            _ => {
                self.comment_line(indent + 1);
                self.lines.push((self.tape.pick(&["", "   "]).into(), false));
                self.comment_line(0);
            }
        }
    }

    fn comment_line(&mut self, indent: usize) {
        let comment = self.comment();
        self.lines.push((format!("{}{comment}", " ".repeat(indent)), false));
    }

    fn comment(&mut self) -> String {
        self.comments += 1;
        format!("# c{}: {{x", self.comments)
    }

    /// Returns a key with its colon.
    fn key(&mut self, key: &str) -> String {
        let key = match self.tape.pick(&[0, 0, 1, 2]) {
            0 => key.to_owned(),
            1 => format!("'{key}'"),
            _ => format!("\"{key}\""),
        };
        format!("{key}{}", self.tape.pick(&[":", ":", " :"]))
    }

    fn section(&mut self, indent: usize, key: &str, entries: &[(&str, &str)]) {
        let section = self.key(key);
        if self.tape.flip() {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{} {value}", self.key(key))).collect();
            return self.line(indent, &format!("{section} {{{}}}", entries.join(", ")), false);
        }
        self.line(indent, &section, false);
        let inner = indent + self.tape.pick(&[2, 1, 3, 4]);
        for (key, value) in entries {
            let entry = format!("{} {value}", self.key(key));
            self.line(inner, &entry, false);
        }
    }

    fn notes(&mut self, indent: usize) {
        let head = self.tape.pick(&["x", "'a # b'", "|", "|+", ">-", "\"a"]);
        let key = self.key("notes");
        self.gap(indent);
        self.lines.push((format!("{}{key} {head}", " ".repeat(indent)), false));
        let deeper = " ".repeat(indent + 2);
        match head {
            "|" | "|+" | ">-" => {
                for line in ["milestones:", "", "  live: 2026-01-01 # no comment", ""] {
                    self.lines.push((format!("{deeper}{line}").trim_end().to_owned(), false));
                }
            }
            "\"a" => self.lines.push((format!("{deeper}b: {{\""), false)),
            _ => {}
        }
    }

    fn fact(&mut self) -> &'static str {
        self.tape.pick(&[
            "2026-10-01",
            "'2026-10-02'",
            "\"2026-10-05\"",
            "{on: 2026-10-03, by: loop}",
            "{ connote: \"TK 1\", on: '2026-10-05' }",
        ])
    }

    /// Adds a milestone to a block; the one to be stated may change.
    fn milestone(&mut self, indent: usize, milestone: &str, is_stated: bool) {
        let key = self.key(milestone);
        match self.tape.pick(&[0, 0, 1, 2]) {
            0 => {
                let fact = self.fact();
                self.line(indent, &format!("{key}  {fact}"), is_stated);
            }
            1 => {
                self.line(indent, &key, is_stated);
                let inner = indent + self.tape.pick(&[2, 1, 4]);
                for (key, value) in [("on", "2026-10-04"), ("connote", "TK1")] {
                    let entry = format!("{} {value}", self.key(key));
                    self.line(inner, &entry, is_stated);
                }
            }
            _ => {
                self.line(indent, &format!("{key} {{on: 2026-10-05,"), is_stated);
                self.line(indent + 2, "\"by\": x", is_stated);
                self.lines.push((format!("{}}}", " ".repeat(indent + 1)), is_stated));
            }
        }
    }

    fn milestones(&mut self, indent: usize, stated: &str, there: &[&str]) {
        let key = self.key("milestones");
        let layout = self.tape.pick(&[0, 0, 0, 1, 2, 3]);
        if there.is_empty() {
            let nothing = self.tape.pick(&["", " ~", " null", " {}", "  { }"]);
            self.line(indent, &format!("{key}{nothing}"), !nothing.is_empty());
            return self.gap(indent + 2);
        }
        match layout {
            0 => {
                self.line(indent, &key, false);
                let inner = indent + self.tape.pick(&[2, 1, 3, 4]);
                for milestone in there {
                    self.milestone(inner, milestone, *milestone == stated);
                }
            }
            1 => {
                let entries = self.flow(there);
                let comma = self.tape.pick(&["", ","]);
                self.line(indent, &format!("{key} {{{}{comma}}}", entries.join(", ")), true);
            }
            _ => {
                self.line(indent, &format!("{key} {{"), true);
                let entries = self.flow(there);
                for (at, entry) in entries.iter().enumerate() {
                    let comma = if at + 1 < entries.len() || layout == 2 { "," } else { "" };
                    self.line(indent + 4, &format!("{entry}{comma}"), true);
                }
                self.line(indent + 2, "}", true);
            }
        }
    }

    fn flow(&mut self, there: &[&str]) -> Vec<String> {
        there.iter().map(|milestone| format!("{} {}", self.key(milestone), self.fact())).collect()
    }
}

/// A generated case: a file, what to state in it, and which of its lines may change.
#[derive(Clone, Debug)]
struct Case {
    text: String,
    may_change: Vec<bool>,
    comments: usize,
    journey: Journey,
    milestone: Milestone,
    fact: Fact,
}

fn case() -> impl Strategy<Value = Case> {
    let odd = prop::sample::select(vec!["loop", "Zoë: {x}", " a", "\"", "42", "on", "# c"]);
    let odd = prop::option::of(odd);
    (prop::collection::vec(any::<u8>(), 0..200), odd.clone(), odd).prop_map(
        |(tape, by, connote)| {
            let [by, connote] = [by, connote].map(|text| text.map(str::to_owned));
            draw(Tape(tape.into_iter()), Fact { on: date(2026, 10, 5), by, connote })
        },
    )
}

fn draw(mut tape: Tape, fact: Fact) -> Case {
    let journey = tape.pick(&[Journey::New, Journey::Existing { omnireturns_access: None }]);
    let all: Vec<Milestone> = milestone_rules(journey).iter().map(|rule| rule.milestone).collect();
    let milestone = tape.pick(&all);
    let (in_order, in_readme_order) = (!tape.pick(&[false, false, true]), !tape.flip());
    let mut there: Vec<&str> =
        all.iter().filter(|_| tape.flip()).map(|milestone| milestone.key()).collect();
    if !in_order {
        there.reverse();
    }
    let mut file = File { tape, lines: vec![], comments: 0 };
    let indent = file.tape.pick(&[0, 0, 0, 2]);
    let has_start = file.tape.flip();
    if has_start {
        file.bare_line(0, "---", false);
    }
    let mut keys =
        vec!["retailer", "journey", "omnireturns", "ids", "milestones", "settings", "notes"];
    keys.retain(|key| matches!(*key, "retailer" | "journey") || file.tape.flip());
    if !in_readme_order {
        keys.reverse();
    }
    for key in keys {
        match key {
            "omnireturns" => file.section(indent, key, &[("name", "\"Acme #1\"")]),
            "ids" => file.section(indent, key, &[("omnirps", "'77'"), ("omniparcel", "5")]),
            "milestones" => file.milestones(indent, milestone.key(), &there),
            "settings" => {
                let value = "{manage: false, reason: a b}";
                file.section(indent, key, &[("omnireturns.portal", value)]);
            }
            "notes" => file.notes(indent),
            _ => {
                let line = format!("{} Acme's", file.key(key));
                file.line(indent, &line, false);
            }
        }
    }
    file.gap(indent);
    if has_start && file.tape.flip() {
        file.lines.push(("...".into(), false));
    }
    let mark = file.tape.pick(&["", "", "\u{feff}"]);
    let line_end = file.tape.pick(&["\n", "\r\n"]);
    let is_open = file.tape.flip();
    let mut text: String = mark.to_owned();
    for (line, _) in &file.lines {
        text.push_str(line);
        text.push_str(line_end);
    }
    let mut may_change: Vec<bool> = file.lines.iter().map(|(_, may_change)| *may_change).collect();
    if is_open {
        text.truncate(text.len() - line_end.len());
        *may_change.last_mut().unwrap() = true;
    }
    Case { text, may_change, comments: file.comments, journey, milestone, fact }
}

/// The parsed content of a file, with every milestone as a mapping.
fn said(text: &str) -> Value {
    let text = text.trim_start_matches('\u{feff}');
    let mut said: Value =
        serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    if said.get("milestones").is_none_or(Value::is_null) {
        said["milestones"] = Value::Mapping(Mapping::new());
    }
    for (_, fact) in said["milestones"].as_mapping_mut().unwrap() {
        if fact.is_string() {
            *fact = Value::Mapping(Mapping::from_iter([("on".into(), fact.clone())]));
        }
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn stating_a_milestone_touches_only_its_lines(case in case()) {
        let Case { text, may_change, comments, journey, milestone, fact } = case;
        let before = said(&text);
        let edited = state(text.as_bytes(), journey, milestone, &fact);
        let Ok(edited) = edited else {
            // Only its own comments on separate lines may prevent the edit.
            let told = &before["milestones"][milestone.key()];
            let is_less = fact.by.is_none() || fact.connote.is_none();
            prop_assert!(told.is_mapping() && is_less, "{}", text);
            return Ok(());
        };

        let mut wanted = before.clone();
        let mut told = Mapping::from_iter([("on".into(), fact.on.to_string().into())]);
        for (key, value) in [("by", &fact.by), ("connote", &fact.connote)] {
            told.extend(value.clone().map(|value| (key.into(), value.into())));
        }
        wanted["milestones"][milestone.key()] = Value::Mapping(told);
        prop_assert_eq!(said(&edited), wanted, "{}", edited);

        let diff = TextDiff::from_lines(&text, &edited);
        let (mut added, mut gone) = (0, 0);
        for change in diff.iter_all_changes() {
            match change.tag() {
                ChangeTag::Equal => {}
                ChangeTag::Insert => added += 1,
                ChangeTag::Delete => {
                    gone += 1;
                    let line = change.old_index().unwrap();
                    prop_assert!(may_change[line], "line {}:\n{}", line + 1, diff.unified_diff());
                }
            }
        }
        let was_there = before["milestones"].get(milestone.key()).is_some();
        // A last line without a line end gets one if another follows.
        let ended = usize::from(!text.ends_with(['\n', '\r']));
        prop_assert!(was_there || gone <= 1 + ended, "{}", diff.unified_diff());
        prop_assert!(added <= gone + 2, "{}", diff.unified_diff());
        for comment in 1..=comments {
            prop_assert!(edited.contains(&format!("# c{comment}: {{x")), "{}", edited);
        }
        let bare = |text: &str| text.replace("\r\n", "").contains('\n');
        prop_assert!(bare(&edited) == bare(&text) || !text.contains('\n'), "{:?}", edited);

        let again = state(edited.as_bytes(), journey, milestone, &fact);
        prop_assert_eq!(again.as_ref(), Ok(&edited), "twice is once");
    }
}
