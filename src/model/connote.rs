//! Connotes, which are consignment note numbers.

/// The length of a connote, in characters. This project's assumption: no public source states it.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=40;

/// The minimum number of digits: a word such as `PENDING` has none.
const MIN_DIGITS: usize = 4;

/// Returns whether a text has the form of a connote.
pub(crate) fn is_connote(text: &str) -> bool {
    LENGTHS.contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.bytes().filter(u8::is_ascii_digit).count() >= MIN_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connote_has_letters_digits_and_hyphens() {
        for yes in ["TK100342334NZ", "SBX00000001", "123456", "A-1234", &"1".repeat(40)] {
            assert!(is_connote(yes), "{yes}");
        }
        for no in [
            "",
            "TK1",
            "PENDING",
            "N/A",
            "7.01E+09",
            "=\"123456\"",
            "\u{ff11}23456",
            "TK 100342",
            &"1".repeat(41),
            "ABCDEF-123",
        ] {
            assert!(!is_connote(no), "{no}");
        }
    }
}
