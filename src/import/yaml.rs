//! Texts as YAML scalars that every reader reads back as the same text.

/// Words that some YAML reader takes for something else than a text.
const WORDS: [&str; 14] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity", "none",
    "nil",
];

/// Returns a text as a scalar: bare where it is plain words, in double quotes otherwise.
pub fn text(text: &str) -> String {
    let is_plain = text.starts_with(char::is_alphabetic)
        && text.chars().all(|c| c.is_alphanumeric() || " &'.+()-".contains(c))
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// Returns a text in double quotes. Whatever is not plainly visible is escaped.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            _ if c.is_control() || crate::diagnostic::is_invisible(c) => {
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

/// Returns a text from a system for a comment: in quotes, on one line, nothing hidden.
pub fn comment(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}
