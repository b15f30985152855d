//! What all formats of a plan show of an entry.

use super::style::{self, clean};
use crate::model::{Setting, Value};
use crate::plan::{Change, Entry, Held, ID_OF_NEW, Manual, Origin};
use std::fmt::Display;

/// How a format writes values, and texts of files and systems.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    pub value: fn(&Value) -> String,
    pub text: fn(&str) -> String,
}

/// How formats without markup write them.
pub(super) const PLAIN: Writing = Writing { value: style::value, text: clean };

/// A difference in words.
pub(super) struct Row {
    pub setting: String,
    pub before: String,
    pub after: String,
    pub origin: Option<Origin>,
    /// The step that requires it.
    pub step: String,
    /// Why it is overridden or what it prevents, after a comma.
    pub reason: String,
}

impl Row {
    fn of<S: Display>(entry: &Entry<S>, Writing { value, text }: Writing) -> Row {
        let Entry { setting, before, after, step, override_reason, origin } = entry;
        let setting = clean(&setting.to_string());
        let reason = match (override_reason, Setting::from_key(&setting)) {
            (Some(reason), _) => format!(", overridden: {}", text(reason)),
            (None, Some(setting)) => format!(", otherwise {}", setting.info().consequence),
            (None, None) => String::new(),
        };
        Row {
            setting,
            before: format!("{}{}", value(before), before.remark(after)),
            after: value(after),
            origin: *origin,
            step: text(step),
            reason,
        }
    }

    /// Returns the row of a change, whose new value may be unknown.
    pub(super) fn of_change(change: &Change, writing: Writing) -> Row {
        let row = Row::of(&change.entry, writing);
        if change.after_from.is_some() { Row { after: ID_OF_NEW.into(), ..row } } else { row }
    }

    /// Returns the row of a difference that is held, that nobody corrects, or that people do.
    pub(super) fn of_entry<S: Display>(entry: &Entry<S>, writing: Writing) -> Row {
        let row = Row::of(entry, writing);
        let is_id = row.setting == Setting::OmnireturnsOmnirpsRetailerId.key();
        let is_id_of_new = is_id && entry.after == Value::Unset;
        if is_id_of_new { Row { after: ID_OF_NEW.into(), ..row } } else { row }
    }

    /// Returns the row of a manual step, whose live value may be unknown.
    pub(super) fn of_manual(manual: &Manual, writing: Writing) -> Row {
        let row = Row::of_entry(&manual.entry, writing);
        if manual.unseen { Row { before: "(not known)".into(), ..row } } else { row }
    }

    /// Returns the setting with both values.
    pub(super) fn difference(&self) -> String {
        format!("{}: {} → {}", self.setting, self.before, self.after)
    }
}

/// Returns whether a held entry is the decision about access, not a setting.
pub(super) fn is_decision(held: &Held) -> bool {
    Setting::from_key(&held.setting).is_none()
}

/// Returns what is to be decided, and why.
pub(super) fn decision(held: &Held) -> (String, String) {
    let origin = origin(held.origin);
    (
        format!("{}: required or not_required?{origin}", clean(&held.setting)),
        format!("{}, decides what is changed", clean(&held.step)),
    )
}

/// Returns the origin in parentheses, if known.
pub(super) fn origin(origin: Option<Origin>) -> String {
    origin.map(|origin| format!(" ({})", origin.key())).unwrap_or_default()
}
