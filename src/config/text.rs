//! From bytes to text: what a file has to be before it is read as YAML.

use super::finding::Problem;

/// The largest file that is read: forty times a long retailer file (some 60 lines,
/// 1.5 KB), and room for a project file with dozens of environments.
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// How many brackets may be open at once, counted without regard to quotes: as many as
/// `serde_yaml` nests. The scanner below it goes through all of them for every token,
/// so that a file of nothing else would take minutes.
const MAX_OPEN: usize = 128;

/// A file that is no text is broken everywhere; more places would say nothing more.
const MAX_CONTROL_CHARACTERS: usize = 10;

/// Returns a file's text without a byte order mark, or what is left to show of it and
/// why it is none.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, (String, Vec<Problem>)> {
    if bytes.len() > MAX_BYTES {
        let problem = Problem::error(
            "file-too-large",
            0..0,
            format!("the file is larger than {} KiB", MAX_BYTES / 1024),
            "keep one retailer per file, and keep long notes elsewhere",
        );
        return Err((String::new(), vec![problem]));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let start = error.valid_up_to();
            let shown = String::from_utf8_lossy(bytes).into_owned();
            // The replacement character stands where the first wrong byte was.
            let end = start + '\u{fffd}'.len_utf8();
            let problem = Problem::error(
                "not-utf8",
                start..end,
                "the file is not UTF-8 text",
                "save it as UTF-8",
            );
            return Err((shown, vec![problem]));
        }
    };
    let problems: Vec<Problem> = text
        .char_indices()
        .filter(|(_, c)| c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
        .take(MAX_CONTROL_CHARACTERS)
        .map(|(at, c)| {
            Problem::error(
                "control-character",
                at..at + c.len_utf8(),
                format!("the file contains the control character U+{:04X}", u32::from(c)),
                "delete the character; it may be invisible in an editor",
            )
        })
        .collect();
    let problems = if problems.is_empty() { too_deep(text) } else { problems };
    if problems.is_empty() { Ok(text) } else { Err((text.to_owned(), problems)) }
}

fn too_deep(text: &str) -> Vec<Problem> {
    let mut open = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => continue,
        }
        if open > MAX_OPEN {
            return vec![Problem::error(
                "yaml-syntax",
                at..at + 1,
                "values are nested too deeply",
                "a retailer or project file needs three or four levels; check the brackets",
            )];
        }
    }
    Vec::new()
}
