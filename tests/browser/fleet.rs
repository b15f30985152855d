//! Fleets for boards: many retailers, at all stages of both journeys.

use std::fmt::Write as _;
use std::path::Path;

const NEW: [&str; 10] = [
    "introduced",
    "onboarding_form_sent",
    "documents_completed",
    "keys_supplied",
    "test_label",
    "test_return",
    "connote_processed",
    "confirmed_by_seko",
    "confirmed_by_loop",
    "live",
];

const EXISTING: [&str; 5] =
    ["keys_requested", "keys_supplied", "test_label", "test_return", "switched_to_loop"];

const MANAGERS: [&str; 5] =
    ["Dana Reyes", "Priya Natarajan", "Tom Okafor", "Hugo van der Berg", "Aroha Tane"];

/// Writes the files of this many retailers into a project's folder, and returns the number of
/// them that wait for the hub.
pub(crate) fn write(folder: &Path, count: usize, name: impl Fn(usize) -> String) -> usize {
    let config = "people: {onboarding: Noa Berg}\ndue_days: {documents_completed: 30, \
                  keys_supplied: 40, test_label: 40, switched_to_loop: 60, live: 45}\n";
    std::fs::write(folder.join("reconcile.yaml"), config).unwrap();
    let mut hub = 0;
    for number in 0..count {
        let is_new = number % 2 == 0;
        let milestones: &[&str] = if is_new { &NEW } else { &EXISTING };
        let reached = number / 2 % (milestones.len() + 1);
        let mut file = format!(
            "retailer: {}\njourney: {}\naccount_manager: {}\n",
            name(number),
            if is_new { "new" } else { "existing" },
            MANAGERS[number % MANAGERS.len()]
        );
        if reached > 0 {
            file.push_str("milestones:\n");
        }
        for (at, milestone) in milestones[..reached].iter().enumerate() {
            writeln!(file, "  {milestone}: 2026-10-{:02}", at + 1 + number % 17).unwrap();
        }
        // Everything up to the test return, and nothing after it.
        hub += usize::from(is_new && reached == 6);
        std::fs::write(folder.join(format!("retailers/retailer-{number}.yaml")), file).unwrap();
    }
    hub
}
