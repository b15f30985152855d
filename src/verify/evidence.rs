//! Evidence: what proves a label, an upload, and the processing of a return.
//!
//! Each proof is a type that only the functions here construct, from a response, a listing or a
//! statement. Recording a test, stating a milestone and taking the next step require the
//! proof. Serde constructs proofs as well, when the tool reads back its own records.

use super::Proof;
use crate::model::{Fact, Upload, is_connote};
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A label that exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelProven {
    on: Date,
    connote: String,
}

impl LabelProven {
    /// Returns the proof if the label call returned what looks like a connote.
    pub(crate) fn answered(connote: &str, on: Date) -> Option<LabelProven> {
        is_connote(connote).then(|| LabelProven { on, connote: connote.to_owned() })
    }

    /// Returns the proof if people stated it with its connote, which may be a carrier's shorter
    /// number.
    pub(crate) fn stated(Fact { on, connote, .. }: &Fact) -> Option<LabelProven> {
        Some(LabelProven { on: *on, connote: connote.clone()? })
    }

    /// Returns the proof if OmniRPS lists the return that belongs to it, with its day.
    pub(crate) fn listed(Upload { received_at, connote, .. }: &Upload) -> Option<LabelProven> {
        Some(LabelProven { on: day(received_at)?, connote: connote.clone() })
    }

    pub(crate) fn on(&self) -> Date {
        self.on
    }

    pub(crate) fn connote(&self) -> &str {
        &self.connote
    }
}

/// A return that OmniRPS has. The absence of an error proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadProven {
    on: Date,
}

impl UploadProven {
    /// Returns the proof for the sign of success that the contract names, as the upload call
    /// returned it on a day.
    pub(crate) fn confirmed(on: Date) -> UploadProven {
        UploadProven { on }
    }

    /// Returns the proof if one of the uploads that OmniRPS lists has the label's connote.
    pub(crate) fn listed(label: &LabelProven, listed: &[Upload], on: Date) -> Option<UploadProven> {
        let is_its = |upload: &Upload| upload.connote == label.connote;
        listed.iter().any(is_its).then_some(UploadProven { on })
    }

    /// Returns the proof if people stated the test return with the label's connote.
    pub(crate) fn stated(
        label: &LabelProven,
        Fact { on, connote, .. }: &Fact,
    ) -> Option<UploadProven> {
        (connote.as_ref() == Some(&label.connote)).then_some(UploadProven { on: *on })
    }

    pub(crate) fn on(&self) -> Date {
        self.on
    }
}

/// A return that a hub has processed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ProcessingProven {
    on: Date,
}

impl ProcessingProven {
    /// Returns the proof, with its time, if the label's return is listed with a believable time
    /// of processing. A return may be listed several times, such as once for each line item;
    /// the earliest time counts.
    pub(crate) fn by<'a>(
        label: &LabelProven,
        listed: &'a [Upload],
        today: Date,
    ) -> Option<(ProcessingProven, &'a str)> {
        let own = listed.iter().filter(|upload| upload.connote == label.connote);
        let times = own.filter_map(|upload| {
            let time = upload.processed_at.as_deref()?;
            Some((plausible_day(time, label.on, today)?, time))
        });
        // In a time zone where the day is later already, today is the day to state.
        times.min().map(|(day, time)| (ProcessingProven { on: day.min(today) }, time))
    }

    pub(crate) fn on(&self) -> Date {
        self.on
    }
}

/// A return that someone other than this tool has uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArrivalProven {
    on: Date,
    connote: String,
}

impl ArrivalProven {
    /// Returns the proof from the latest listed return that is not a test, if there is one.
    pub(crate) fn by(
        listed: &[Upload],
        is_test: impl Fn(&Upload) -> bool,
        today: Date,
    ) -> Option<ArrivalProven> {
        let latest = listed.iter().rev().find(|upload| !is_test(upload))?;
        Some(ArrivalProven { on: today, connote: latest.connote.clone() })
    }

    pub(crate) fn connote(&self) -> &str {
        &self.connote
    }
}

/// What a finding proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proven {
    Label(LabelProven),
    Return(LabelProven, UploadProven),
    Processed(LabelProven, ProcessingProven),
    Uploads(ArrivalProven),
    LoopUpload(ArrivalProven),
    /// The webhook is as desired; no milestone states this.
    Webhook,
}

impl Proven {
    /// Returns the kind of proof.
    pub(crate) fn proof(&self) -> Proof {
        match self {
            Proven::Label(_) => Proof::Label,
            Proven::Return(..) => Proof::Return,
            Proven::Processed(..) => Proof::Processed,
            Proven::Uploads(_) => Proof::Uploads,
            Proven::LoopUpload(_) => Proof::LoopUpload,
            Proven::Webhook => Proof::Webhook,
        }
    }

    /// Returns the fact that a file may state about it. What a system lists as a connote and does
    /// not look like one is left out.
    pub(crate) fn fact(&self) -> Option<Fact> {
        let (on, connote) = match self {
            Proven::Label(label) => (label.on, Some(&label.connote)),
            Proven::Return(label, upload) => (upload.on, Some(&label.connote)),
            Proven::Processed(label, processing) => (processing.on, Some(&label.connote)),
            Proven::Uploads(arrival) | Proven::LoopUpload(arrival) => {
                (arrival.on, Some(&arrival.connote).filter(|connote| is_connote(connote)))
            }
            Proven::Webhook => return None,
        };
        Some(Fact { on, by: None, connote: connote.cloned() })
    }
}

/// Returns the date at the start of a text.
pub(crate) fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// Returns the number of returns: a system may list one several times.
pub(crate) fn distinct<'a>(listed: impl IntoIterator<Item = &'a Upload>) -> usize {
    let connotes = listed.into_iter().map(|upload| upload.connote.to_ascii_uppercase());
    connotes.collect::<BTreeSet<_>>().len()
}

/// Returns whether a text ends a time that begins with a day: with nothing or the time of day,
/// and its time zone.
fn is_time_of_day(text: &str) -> bool {
    if text.trim().is_empty() {
        return true;
    }
    let text = text.strip_prefix(['T', 't']).unwrap_or(text).trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || ":.".contains(c)));
    let (time, zone) = text.split_at(end.unwrap_or(text.len()));
    let zone = zone.trim();
    let is_zone = ["", "z", "utc", "gmt"].iter().any(|name| zone.eq_ignore_ascii_case(name))
        || zone.strip_prefix(['+', '-']).is_some_and(|offset| {
            let digits = offset.bytes().filter(u8::is_ascii_digit).count();
            (2..=6).contains(&digits) && offset.bytes().all(|b| b.is_ascii_digit() || b == b':')
        });
    time.parse::<Time>().is_ok() && is_zone
}

/// Returns the day of a time of processing, if it is believable for a label: databases
/// represent "none" as a day in 1753, 1899, 1900, 1970 or 9999, or as a word. A label's day
/// in New Zealand begins the day before in UTC, and the same applies to clocks ahead of
/// this one.
pub(crate) fn plausible_day(time: &str, label: Date, today: Date) -> Option<Date> {
    day(time).filter(|day| {
        is_time_of_day(&time[10..])
            && label.min(today).saturating_sub(1.day()) <= *day
            && *day <= today.saturating_add(1.day())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const DAY: Date = date(2026, 11, 20);
    const TODAY: Date = date(2026, 11, 23);

    fn upload(connote: &str, processed_at: Option<&str>) -> Upload {
        Upload {
            connote: connote.into(),
            order: None,
            source: None,
            received_at: "2026-11-20T10:00:00Z".into(),
            processed_at: processed_at.map(str::to_owned),
        }
    }

    fn label() -> LabelProven {
        LabelProven::answered("TK100100", DAY).unwrap()
    }

    #[test]
    fn a_label_is_proven_by_its_connote() {
        for no in ["", "N/A", "ERROR", "pending", "TK 100100"] {
            assert_eq!(LabelProven::answered(no, DAY), None, "{no}");
        }
        assert_eq!(label().connote(), "TK100100");
        let bare = Fact { on: DAY, by: None, connote: None };
        assert_eq!(LabelProven::stated(&bare), None);
        let listed = LabelProven::listed(&upload("TK100100", None));
        assert_eq!(listed, Some(label()));
    }

    #[test]
    fn an_upload_is_proven_by_a_sign_or_by_its_being_listed() {
        let listed = |connote: &str| {
            UploadProven::listed(&label(), &[upload(connote, None)], TODAY).is_some()
        };
        assert_eq!(UploadProven::confirmed(TODAY).on(), TODAY);
        assert!(listed("TK100100"));
        assert!(!listed("tk100100") && !listed("TK100101"));
        assert_eq!(UploadProven::listed(&label(), &[], TODAY), None);
        let stated = |connote: Option<&str>| {
            let fact = Fact { on: DAY, by: None, connote: connote.map(str::to_owned) };
            UploadProven::stated(&label(), &fact).is_some()
        };
        assert!(stated(Some("TK100100")));
        assert!(!stated(Some("TK100101")) && !stated(None));
    }

    #[test]
    fn what_is_listed_and_is_no_connote_is_not_stated() {
        for (connote, stated) in [("TK100100", Some("TK100100")), ("[redacted]", None)] {
            let listed = [upload(connote, None)];
            let proven = Proven::Uploads(ArrivalProven::by(&listed, |_| false, DAY).unwrap());
            assert_eq!(proven.fact().unwrap().connote.as_deref(), stated);
        }
    }

    #[test]
    fn a_day_of_processing_can_be_true() {
        let on = |time: &str| {
            let listed = [upload("TK100100", Some(time))];
            ProcessingProven::by(&label(), &listed, TODAY).map(|(proven, _)| proven.on())
        };
        assert_eq!(on("2026-11-20T05:06:07Z"), Some(DAY));
        assert_eq!(on("2026-11-19 23:30"), Some(date(2026, 11, 19)));
        assert_eq!(on("2026-11-24 01:00"), Some(TODAY), "a clock that is ahead");
        for time in [
            "2026-11-20",
            "2026-11-20 05:06:07.1234567",
            "2026-11-20 05:06:07.123+00",
            "2026-11-20T05:06:07+13:00",
            "2026-11-20 05:06:07 -0330",
            "2026-11-20 05:06:07 UTC",
        ] {
            assert_eq!(on(time), Some(DAY), "{time}");
        }
        for none in [
            "0000-00-00 00:00:00",
            "0001-01-01T00:00:00",
            "1753-01-01",
            "1899-12-30",
            "1900-01-01 00:00:00",
            "1970-01-01T00:00:00Z",
            "9999-12-31",
            "2026-11-18",
            "2026-11-25",
            "N/A",
            "-",
            "Pending",
            "0",
            "",
            "1763600000",
            "2026-11-20 hello",
            "2026-11-20T25:99:99Z",
            "2026-11-20T05:06:07 or so",
            "2026-11-201",
            "2026-11-20T",
        ] {
            assert_eq!(on(none), None, "{none}");
        }
        let ahead = LabelProven::answered("TK100100", date(2026, 11, 26)).unwrap();
        let listed = [upload("TK100100", Some("2026-11-23 09:00"))];
        assert!(ProcessingProven::by(&ahead, &listed, TODAY).is_some(), "its clock was ahead");
        let other = [upload("TK100101", Some("2026-11-20")), upload("TK100100", None)];
        assert_eq!(ProcessingProven::by(&label(), &other, TODAY), None);
    }

    #[test]
    fn a_return_that_is_listed_several_times_is_one() {
        let listed = [
            upload("TK100100", None),
            upload("TK100100", Some("2026-11-22")),
            upload("TK100101", Some("2026-11-20")),
            upload("TK100100", Some("2026-11-21 09:00")),
            upload("TK100100", Some("1900-01-01")),
        ];
        let (proven, time) = ProcessingProven::by(&label(), &listed, TODAY).unwrap();
        assert_eq!((proven.on(), time), (date(2026, 11, 21), "2026-11-21 09:00"));
        assert_eq!(distinct(&listed), 2);
    }

    #[test]
    fn an_arrival_is_somebody_elses() {
        let listed = [upload("TK100100", None), upload("TK100101", None)];
        let latest = |tests: &[&str]| {
            let is_test = |upload: &Upload| tests.contains(&upload.connote.as_str());
            ArrivalProven::by(&listed, is_test, TODAY).map(|proven| proven.connote().to_owned())
        };
        assert_eq!(latest(&[]).as_deref(), Some("TK100101"));
        assert_eq!(latest(&["TK100101"]).as_deref(), Some("TK100100"));
        assert_eq!(latest(&["TK100101", "TK100100"]), None);
    }
}
