//! What a command works with: the checked files, an environment, retailers, and live.
//!
//! Enters: the options of the command line. Leaves: a [`Session`], which opens a
//! [`Connection`], and a [`Base`] to compare the files with.

mod base;
mod choice;
mod connection;
mod files;
mod planning;
mod records;
mod saved;
mod template;
mod uploads;

pub(crate) use base::Base;
pub(crate) use choice::{reject_only, reject_plan_file};
pub(crate) use connection::Connection;
pub(crate) use files::{Mentioned, Selection, Session, check_plan_is_kept};
pub(crate) use uploads::unread_uploads;

/// Returns today's date, by which dates in the files are judged.
pub(crate) fn today() -> jiff::civil::Date {
    day(jiff::Timestamp::now())
}

/// Returns today's date in the time zone of this machine.
pub(crate) fn local_today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

/// Returns the day of a moment, in UTC.
pub(crate) fn day(at: jiff::Timestamp) -> jiff::civil::Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}
