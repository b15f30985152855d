//! Masks keys and passwords that were written into a file, before anything is shown.
//!
//! Masking keeps the length in bytes and characters, so that all positions in the text remain
//! valid.

use super::tree::{Entry, Kind, Node};
pub(super) use crate::model::secret::has_identity;
use crate::model::secret::{
    self, COLONS, IDENTITY, KEPT_IN, is_header_name, is_longer_key, is_part_of_name, is_plain_key,
    is_secret_name, name_before, names_header, names_url,
};
use crate::model::types::is_variable_name;
use std::ops::Range;

/// The names of secrets that are recognized even if they are misspelt.
const MISSPELT: [&str; 8] =
    ["key", "handoff_key", "api_key", "token", "secret", "password", "passphrase", "authorization"];

/// Returns the text with its secrets masked.
///
/// Without a tree the text is not YAML, and what follows a secret's name is masked up to the
/// next line that is not indented deeper.
pub(super) fn mask(text: &str, tree: Option<&Node>) -> String {
    let mut ranges = Vec::new();
    if let Some(tree) = tree {
        in_tree(text, tree, "", &mut ranges);
    }
    in_lines(text, tree.is_none(), &mut ranges);
    in_urls(text, &mut ranges);
    ranges.extend(identities(text));
    ranges.sort_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for range in ranges {
        let start = range.start.max(done);
        if range.end <= start {
            continue;
        }
        masked.push_str(&text[done..start]);
        masked.extend(text[start..range.end].chars().map(hidden));
        done = range.end;
    }
    masked.push_str(&text[done..]);
    masked
}

/// Returns a mask character of the same length in bytes.
fn hidden(c: char) -> char {
    match (c, c.len_utf8()) {
        ('\n' | '\r', _) => c,
        (_, 1) => '*',
        (_, 2) => '·',
        (_, 3) => '•',
        _ => '\u{10101}',
    }
}

/// Masks secrets by the keys above them. The keys of the mapping below some keys are names of
/// people, of whom `Ken` is no misspelt `key`.
fn in_tree(text: &str, node: &Node, key_above: &str, ranges: &mut Vec<Range<usize>>) {
    match &node.kind {
        Kind::Mapping(entries) => {
            let are_names = matches!(key_above, "people" | "recipients");
            for entry in entries {
                let key = entry.key.as_deref().unwrap_or_default();
                let is_header = names_header(key) && !is_name_of_header(entry);
                let is_misspelt = !are_names && is_misspelt_secret(entry);
                if is_secret_name(key) || is_header || is_misspelt {
                    all_below(&entry.value, ranges);
                    comments(text, entry, ranges);
                    continue;
                }
                if names_url(key) {
                    let value = entry.value.entry("value").map_or(&entry.value, |of| &of.value);
                    in_url(text, value, ranges);
                }
                in_tree(text, &entry.value, key, ranges);
                if matches!(key, "sql" | "postgres") {
                    // A database URL contains the password.
                    entry.value.entries().iter().for_each(|entry| database_url(entry, ranges));
                }
            }
        }
        Kind::Sequence(items) => items.iter().for_each(|item| in_tree(text, item, "", ranges)),
        // The text may be wrapped over several lines.
        Kind::Text(text) if has_identity(text) => ranges.push(node.range.clone()),
        // What is below a tag is not in the tree.
        Kind::Alias => {
            let mut below = Vec::new();
            in_lines(&text[node.range.clone()], true, &mut below);
            let start = node.range.start;
            ranges.extend(below.into_iter().map(|of| start + of.start..start + of.end));
        }
        _ => {}
    }
}

/// Masks the URL of a database, also if it is in the key because a space is missing.
fn database_url(entry: &Entry, ranges: &mut Vec<Range<usize>>) {
    match entry.key.as_deref().and_then(|key| key.strip_prefix("url")) {
        Some("") => all_below(&entry.value, ranges),
        Some(rest) if !rest.starts_with(is_part_of_name) => ranges.push(entry.key_range.clone()),
        _ => {}
    }
}

/// Returns whether the key of an entry is a misspelt secret's name. Two levels of keys are no
/// secret, as those below an environment that is named `kay`.
fn is_misspelt_secret(entry: &Entry) -> bool {
    entry.key.as_deref().is_some_and(|key| is_misspelt(&key.to_ascii_lowercase()))
        && entry.value.entries().iter().all(|below| below.value.entries().is_empty())
}

/// Returns whether a name is a secret's with a typing error or two. With a capital it may be a
/// person's name.
fn is_misspelt(name: &str) -> bool {
    MISSPELT.iter().any(|of| {
        // Far more than the typing errors, so that a hostile name is cheap to compare.
        name.len() <= of.len() * 2 && strsim::osa_distance(name, of) * 3 <= of.len().max(name.len())
    })
}

/// Returns whether the value of an entry such as `key_header` is the name of a header.
fn is_name_of_header(entry: &Entry) -> bool {
    let is_one = entry.key.as_deref().is_some_and(|key| !key.ends_with(['s', 'S']));
    is_one && matches!(&entry.value.kind, Kind::Text(text) if is_header_name(text))
}

/// Masks the user, the query and the fragment of a URL, which may lack its scheme.
fn in_url(text: &str, node: &Node, ranges: &mut Vec<Range<usize>>) {
    let Kind::Text(url) = &node.kind else { return };
    let scheme = url.find("://").map(|at| at + 3);
    let after_scheme = scheme.unwrap_or(0);
    let user = match scheme {
        Some(start) => secret::user_length(&url[start..]),
        // The scheme may be misspelt, so that its slashes are no path.
        None => url.rfind('@'),
    };
    let user = user.unwrap_or(0);
    let query = url.find(['?', '#']).map(|at| at + 1);
    match text[node.range.clone()].find(url) {
        Some(at) => {
            let start = node.range.start + at;
            ranges.push(start + after_scheme..start + after_scheme + user);
            ranges.extend(query.map(|query| start + query..start + url.len()));
        }
        // It is written with escapes or on several lines.
        None if user > 0 || query.is_some() => ranges.push(node.range.clone()),
        None => {}
    }
}

/// Masks every value below a secret's name, except the location of a secret and the names of
/// headers.
fn all_below(node: &Node, ranges: &mut Vec<Range<usize>>) {
    match &node.kind {
        Kind::Mapping(entries) => {
            for entry in entries {
                if !is_plain_key(entry) {
                    ranges.push(entry.key_range.clone());
                }
                let kept = match (entry.key.as_deref(), &entry.value.kind) {
                    (Some("file"), Kind::Text(_)) => true,
                    // The endpoint from which a contract fetches a key, and the pointer into
                    // the response.
                    (Some("path" | "at"), Kind::Text(text)) => text.starts_with('/'),
                    (Some("env"), Kind::Text(name)) => is_variable_name(name),
                    _ => false,
                };
                if !kept {
                    all_below(&entry.value, ranges);
                }
            }
        }
        Kind::Sequence(items) => items.iter().for_each(|item| all_below(item, ranges)),
        _ => ranges.push(node.range.clone()),
    }
}

/// Masks the comments beside a secret and between its keys: a former secret may be there.
fn comments(text: &str, entry: &Entry, ranges: &mut Vec<Range<usize>>) {
    let value = &text[..entry.value.range.end];
    let end = value.trim_end().len().max(entry.key_range.end);
    let end = text[end..].find(['\n', '\r']).map_or(text.len(), |at| end + at);
    let mut start = entry.key_range.end;
    for line in text[start..end].split_inclusive('\n') {
        let begins = |at: &usize| *at == 0 || line[..*at].ends_with([' ', '\t']);
        if let Some(at) = line.match_indices('#').map(|(at, _)| at).find(begins) {
            ranges.push(start + at..start + line.trim_end().len());
        }
        start += line.len();
    }
}

/// The lines below a secret's name in which the secret may continue.
struct Below {
    /// The indentation of the name.
    indent: usize,
    /// Nothing followed the name except, perhaps, a block indicator.
    is_awaited: bool,
    /// The open quote.
    quote: Option<char>,
}

impl Below {
    fn of(indent: usize, value: &str) -> Below {
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        Below {
            indent,
            is_awaited: value.is_empty() || value.starts_with(['|', '>', '#']),
            quote: quote.filter(|quote| !value[1..].contains(*quote)),
        }
    }

    /// Returns whether the secret continues in a line.
    fn covers(&mut self, indent: usize, line: &str) -> bool {
        let is_awaited = std::mem::take(&mut self.is_awaited);
        let is_key = line.split_once(':').is_some_and(|(name, _)| name_before(name) == name);
        if let Some(quote) = self.quote {
            if line.contains(quote) {
                self.quote = None;
            }
            return true;
        }
        indent > self.indent || line.starts_with("- ") || (is_awaited && !is_key)
    }
}

/// Masks what follows `name:` and `name=` anywhere in a line, and `name ` where a key is expected.
fn in_lines(text: &str, is_broken: bool, ranges: &mut Vec<Range<usize>>) {
    let mut offset = 0;
    let mut below: Option<Below> = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let indent = content.len() - content.trim_start_matches([' ', '\t']).len();
        let range = offset..offset + content.len();
        offset += line.len();
        if content.trim().is_empty() {
            continue;
        }
        if let Some(secret) = &mut below {
            if secret.covers(indent, &content[indent..]) {
                if !says_where(&content[indent..]) {
                    ranges.push(range.start + indent..range.end);
                }
                continue;
            }
            below = None;
        }
        users(content, range.start, ranges);
        let mut words = Stretches::new(content, &[' ', '&', '"', '\'']);
        let mut items = Stretches::new(content, &[',', '}']);
        for (at, separator) in content.match_indices(COLONS) {
            let name = name_before(&content[..at]);
            let after = &content[at + separator.len()..];
            let value = after.trim_start_matches([' ', '\t']);
            let start = content.len() - value.len();
            let item = if is_broken { content.len() } else { items.end(start) };
            // In a tree, the start of a mapping has its secrets inside.
            let is_opening = !is_broken && value.starts_with(['{', '[', '#']);
            let is_fused = after.len() == value.len() && !value.starts_with(['"', '\'']);
            let is_secret = is_secret_name(name)
                || ((is_broken || is_fused)
                    && (is_misspelt(name)
                        || names_header(name) && !is_header_name(content[start..item].trim_end())));
            if !is_secret {
                continue;
            }
            let end = match separator {
                "=" => words.end(start),
                _ if says_where(value.trim_start_matches(['{', ' '])) => continue,
                _ => item,
            };
            if end > start && !is_opening {
                ranges.push(range.start + start..range.start + end);
            }
            if is_broken && matches!(separator, ":" | "：") {
                below = Some(Below::of(indent, value));
            }
        }
        let items = without_colons(content, is_broken);
        ranges.extend(items.map(|of| range.start + of.start..range.start + of.end));
    }
}

/// Masks the users of addresses without `://` in a line: what is no value in the tree, because the
/// text is broken or the space after the name is missing.
fn users(line: &str, offset: usize, ranges: &mut Vec<Range<usize>>) {
    let mut words = Stretches::new(line, &[' ', '\t', '"', '\'']);
    let mut done = 0;
    for (at, separator) in line.match_indices(COLONS) {
        let value = &line[at + separator.len()..];
        let start = line.len() - value.trim_start_matches([' ', '\t', '"', '\'']).len();
        if start < done || !names_url(name_before(&line[..at])) {
            continue;
        }
        done = words.end(start);
        let address = &line[start..done];
        if !address.contains("://")
            && let Some(user) = address.rfind('@')
        {
            ranges.push(offset + start..offset + start + user);
        }
    }
}

/// Returns the values in a line that follow a secret's name and a blank.
fn without_colons(line: &str, is_broken: bool) -> impl Iterator<Item = Range<usize>> {
    let mut next = 0;
    line.split_inclusive(['{', '[', ',']).filter_map(move |item| {
        let offset = next;
        next += item.len();
        let item = item.trim_end_matches(['{', '[', ',']);
        let text = item.trim_start_matches([' ', '\t', '-', '?', '"', '\'']);
        let (name, rest) = text.split_at(text.find(|c| !is_part_of_name(c))?);
        let value = rest.trim_start_matches([' ', '\t', '\u{a0}', '\u{3000}']);
        let is_name = value.len() < rest.len() && (is_secret_name(name) || is_misspelt(name));
        if !is_name || value.starts_with(COLONS) || is_longer_name(name, value) {
            return None;
        }
        let length = if is_broken { value.len() } else { value.find('}').unwrap_or(value.len()) };
        let start = offset + item.len() - value.len();
        Some(start..start + length)
    })
}

/// Returns whether a secret's name and what follows are the words of another key, such as
/// `key header: X-Api-Key` and `keys supplied`.
fn is_longer_name(name: &str, rest: &str) -> bool {
    let (words, is_key) = match rest.split_once(": ") {
        Some((words, _)) => (words, true),
        None => (rest.trim_end_matches(':'), rest.ends_with(':')),
    };
    is_longer_key(name, words.trim_end_matches(['"', '\'']), is_key)
}

/// Returns whether a text is only `env: NAME` or `file: PATH`.
fn says_where(text: &str) -> bool {
    let Some((word, value)) = text.split_once(':') else { return false };
    if !KEPT_IN.contains(&word.trim()) {
        return false;
    }
    let value = value.trim();
    let (value, after) = value.split_once('}').unwrap_or((value, ""));
    !value.trim().contains([' ', ',', ':'])
        && (word.trim() != "env" || is_variable_name(value.trim().trim_matches(['"', '\''])))
        && (!after.contains(':') || after.trim_start().starts_with([',', '}']))
}

/// Masks the user, the query and the fragment of URLs. An unchecked file may have them in
/// unusual places.
fn in_urls(text: &str, ranges: &mut Vec<Range<usize>>) {
    // A slash in JSON may be escaped.
    for marker in ["://", ":\\/\\/"] {
        let mut words = Stretches::new(text, &[' ', '\t', '\r', '\n', '"', '\'']);
        let mut queries = Stretches::new(text, &['?', '#']);
        // The end of the last word, and where its host begins.
        let mut word = (0, 0);
        for (at, _) in text.match_indices(marker) {
            let start = at + marker.len();
            let end = words.end(start);
            if word.0 != end {
                word = (end, text[start..end].rfind('@').map_or(0, |at| start + at));
            }
            let host = word.1.max(start);
            ranges.push(start..host);
            let query = queries.end(host);
            if query < end {
                ranges.push(query + 1..end);
            }
        }
    }
}

/// Finds the ends of the stretches of a text between certain characters.
///
/// A stretch is searched once, however many positions in it are asked for: a hostile text has a
/// single stretch and thousands of positions.
struct Stretches<'a> {
    text: &'a str,
    stops: &'a [char],
    /// The end of the last stretch.
    last: Option<usize>,
}

impl<'a> Stretches<'a> {
    fn new(text: &'a str, stops: &'a [char]) -> Stretches<'a> {
        Stretches { text, stops, last: None }
    }

    /// Returns the end of the stretch at a position, which is not before the position of the call
    /// before.
    fn end(&mut self, start: usize) -> usize {
        match self.last {
            Some(end) if start <= end => end,
            _ => {
                let end = self.text[start..].find(self.stops);
                let end = end.map_or(self.text.len(), |at| start + at);
                self.last = Some(end);
                end
            }
        }
    }
}

/// Returns the ranges of the secret halves of age key pairs.
pub(super) fn identities(text: &str) -> Vec<Range<usize>> {
    // The length in bytes stays the same.
    let plain = text.to_ascii_uppercase();
    let mut words = Stretches::new(&plain, &[' ', '\t', '\r', '\n', '"', '\'', ',']);
    plain.match_indices(IDENTITY).map(|(start, _)| start..words.end(start)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "sk_live_Zq9";

    fn masked(text: &str) -> String {
        mask(text, Node::parse(text).as_ref())
    }

    #[test]
    fn secrets_are_hidden_however_they_are_written() {
        for text in [
            "key: sk_live_Zq9\n",
            "key: 'sk_live_Zq9'\n",
            "API-Key: \"sk_live_Zq9\" # why\n",
            "apiKey : sk_live_Zq9\n",
            "a: {key: sk_live_Zq9, url: x}\n",
            "a: {\"key\":\"sk_live_Zq9\"}\n",
            "key: |\n  sk_live_Zq9\n  sk_live_Zq9\n",
            "key:\n  sk_live_Zq9\n",
            "key: first\n  sk_live_Zq9\n",
            "key: {env: sk_live_Zq9-, file: x}\n",
            "key: {value: sk_live_Zq9}\n",
            "key:\n  env: X\n  value: sk_live_Zq9\n",
            "token: [sk_live_Zq9]\n",
            "tokens:\n- sk_live_Zq9\n",
            "username: sk_live_Zq9\npassword: sk_live_Zq9\n",
            "a: b # token: sk_live_Zq9\n",
            "url: https://me:sk_live_Zq9@host/path\n",
            "url: https://host/?api_key=sk_live_Zq9&x=1\n",
            "key: !!str sk_live_Zq9\n",
            "key: &a sk_live_Zq9\n",
            "key: sk_live_Zq9, and sk_live_Zq9\n",
            "key: \"first\n  sk_live_Zq9\"\n",
            "a: {b: AGE-SECRET-KEY-1sk_live_Zq9}\n",
            "a: 'age-secret-key-1sk_live_Zq9'\n",
            "AGE-SECRET-KEY-1sk_live_Zq9: a\n",
            "a: b # AGE-SECRET-KEY-PQ-1sk_live_Zq9\n",
            "a: {b: c, key:sk_live_Zq9}\n",
            "a: {key;sk_live_Zq9}\n",
            "a: {key：sk_live_Zq9, b: c}\n",
            "a: {b: c, key sk_live_Zq9, d: e}\n",
            "a: [key sk_live_Zq9]\n",
            "key： sk_live_Zq9\n",
            "key sk_live_Zq9\n",
            "- api_key\tsk_live_Zq9\n",
            "keys sk_live_Zq9\n",
            "a:\n  keyy: sk_live_Zq9\n",
            "a: {kye: 'sk_live_Zq9'}\n",
            "a: {kye:sk_live_Zq9}\n",
            "kye: {value: sk_live_Zq9}\n",
            "handof_key: [sk_live_Zq9]\n",
            "pasword: sk_live_Zq9\n",
            "url: https:/me:sk_live_Zq9@host\n",
            "a: {url: 'https;//me:sk_live_Zq9@host/path', b: c}\n",
            "a: {b: c, url:https:/me:sk_live_Zq9@host}\n",
            "endpoint: \"https:/sk_live_Zq9@host\"\n",
        ] {
            let whole = masked(text);
            assert!(!whole.contains(SECRET), "{whole}");
            assert_eq!(whole.len(), text.len());
            let broken = mask(text, None);
            assert!(!broken.contains(SECRET), "without a tree: {broken}");
        }
    }

    #[test]
    fn secrets_are_hidden_in_invalid_yaml() {
        for text in [
            "key: |\nsk_live_Zq9\n",
            "key:\nsk_live_Zq9\n",
            "key: \"first\nsk_live_Zq9\nretailer: x\n",
            "a: {key: sk_live_Zq9\nb: [\n",
            "- key: sk_live_Zq9\n  b: [\n",
            "key: {env: A, value: sk_live_Zq9\n",
        ] {
            let whole = mask(text, None);
            assert!(!whole.contains(SECRET), "{whole}");
        }
    }

    #[test]
    fn the_rest_stays_readable() {
        for text in [
            "retailer: Acme\nmilestones: {keys_supplied: 2026-10-02}\n",
            "omnirps: {url: \"https://a/b\", key: {env: OMNIRPS_KEY}}\n",
            "key:\n  file: keys/one.txt\n",
            "key_header: X-Api-Key\n",
            "notes: mail dana@example.org\n",
            "recipients: {Loop: age1grsyt5s65ref}\n",
            "notes: an age-secret is nobody's\n",
            "kye: {env: OMNIRPS_KEY}\n",
            "key： {env: OMNIRPS_KEY}\n",
            "key header: X-Api-Key\n",
            "milestones: {keys supplied: 2026-10-02, keys requested 2026-10-01}\n",
            "milestones:\n  keys supplied 2026-10-02\n",
            "people: {Ken: a, Kim: b}\n",
            "notes: the key is with Dana; ask\n",
            "url: https:/host/path # ask dana@example.org\n",
            "url: \"https://host/path\" # ask dana@example.org\n",
        ] {
            assert_eq!(masked(text), text);
            assert_eq!(mask(text, None), text);
        }
    }

    #[test]
    fn the_secret_half_of_a_key_pair_is_hidden_however_it_is_broken() {
        let whole = masked("a: \"AGE-SECRET-\\\n  KEY-1sk_live_Zq9\"\n");
        assert!(!whole.contains(SECRET), "{whole}");
        let whole = masked("a: \"AGE\\x2dSECRET-KEY-1sk_live_Zq9\"\n");
        assert!(!whole.contains(SECRET), "{whole}");
    }

    #[test]
    fn each_url_of_a_word_is_masked() {
        let text = "a: [x://u@y://v?q, 'x://y://u@z?q', x://y://z] x://y/@ x://?a?b@c#d\n";
        let hidden = "a: [x://*@y://v?** 'x://*****@z?*', x://y://z] x://**@ x://****@c#*\n";
        assert_eq!(mask(text, None), hidden);
    }

    #[test]
    fn positions_are_unchanged() {
        assert_eq!(masked("key: \"é€𝄞\"\nx: y\n"), "key: *·•\u{10101}*\nx: y\n");
    }
}
