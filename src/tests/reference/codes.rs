//! The page of codes.

use super::{Page, sentence};
use crate::codes::{CODES, FoundIn};

/// The sources of codes, with the title and introduction of their sections.
const SECTIONS: [(FoundIn, &str, &str); 4] = [
    (
        FoundIn::Files,
        "Problems in files",
        "`validate` reports them, and so does every other command that reads the files, with \
         file, line and column. An error makes the exit code 3; warnings do not.",
    ),
    (
        FoundIn::Plan,
        "What blocks a retailer",
        "Entries of a plan marked `!`. The tool cannot decide what is right, so it changes \
         nothing that depends on it. From `apply`, the exit code is then 5.",
    ),
    (
        FoundIn::Alerts,
        "Alerts",
        "Lines marked `!!` before every other output: customers are harmed, now or once \
         they use the partner. `--fail-on no-credits` makes `plan` and `status` exit with 2 for \
         those that get no credits.",
    ),
    (FoundIn::Apply, "Findings of an apply", "After a create, `apply` lists the system once more."),
];

pub(super) fn page() -> Page {
    let mut page = Page::new(
        "codes.md",
        "Codes of messages",
        "The code is what a message has in brackets, and the rule of a SARIF result. \
         `reconcile explain CODE` prints the same text.",
    );
    for (found_in, title, about) in SECTIONS {
        page.section(title);
        page.paragraph(about);
        for code in CODES.iter().filter(|code| code.found_in == found_in) {
            page.name(code.code);
            page.paragraph(&sentence(code.meaning));
            page.paragraph(&format!("What to do: {}.", code.remedy));
        }
    }
    assert!(CODES.iter().all(|code| SECTIONS.iter().any(|section| section.0 == code.found_in)));
    page
}
