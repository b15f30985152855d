//! Formats texts as YAML scalars that every parser reads as the same text.

use crate::diagnostic::is_invisible;
use crate::model::name;

/// Words that some YAML parser does not read as text.
const WORDS: [&str; 14] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity", "none",
    "nil",
];

/// Formats a text as a scalar: bare if it is plain words, in double quotes otherwise.
pub(crate) fn text(text: &str) -> String {
    let is_plain = text.starts_with(char::is_alphabetic)
        && text.chars().all(|c| c.is_alphanumeric() || " &'.+()-".contains(c))
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// Formats a text in double quotes. All invisible characters are escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // YAML does not allow the last two characters of the plane.
            _ if c.is_control() || is_invisible(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                quoted.push_str(&match u32::from(c) {
                    code @ 0..=0xffff => format!("\\u{code:04X}"),
                    code => format!("\\U{code:08X}"),
                });
            }
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Formats a text from a system for a comment: quoted, on one line, without invisible
/// characters.
pub(crate) fn comment(text: &str) -> String {
    format!("\"{}\"", name::escaped(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_yaml_refuses_are_escaped() {
        for hidden in
            ["a\u{fffe}b", "\u{ffff}", "\u{0}", "\u{7f}\u{85}\u{9f}", "\u{feff}", "\u{2028}"]
        {
            let read: String = serde_yaml::from_str(&text(hidden)).unwrap();
            assert_eq!(read, hidden, "{}", text(hidden));
        }
    }
}
