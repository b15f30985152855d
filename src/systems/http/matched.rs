//! Checks that a response is about the intended record.
//!
//! Creates, updates and look-ups use this check. A server may respond with another record
//! because of a cache, a proxy or a defect. Further steps with a record require a
//! [`RecordMatched`], which only [`RecordMatched::of`] constructs.

use super::error::CallError;
use crate::model::Record;

/// The record that a call is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ExpectedRecord<'a> {
    /// The record with this id.
    Id(&'a str),
    /// The record with this name, byte for byte.
    Name(&'a str),
}

/// A record that is the intended one.
#[derive(Clone, Debug)]
pub(crate) struct RecordMatched(Record);

impl RecordMatched {
    /// Accepts a record if it is the intended one.
    pub(super) fn of(
        record: Record,
        meant: ExpectedRecord<'_>,
    ) -> Result<RecordMatched, CallError> {
        let Record { id, name, .. } = &record;
        let (is_meant, asked) = match meant {
            ExpectedRecord::Id(asked) => (id.as_str() == asked, format!("record {asked}")),
            ExpectedRecord::Name(asked) => (name == asked, format!("a record called \"{asked}\"")),
        };
        if is_meant {
            return Ok(RecordMatched(record));
        }
        let got = match meant {
            ExpectedRecord::Id(_) => format!("record {id}"),
            ExpectedRecord::Name(_) => format!("\"{name}\" (id {id})"),
        };
        Err(CallError::OtherRecord { asked, got })
    }

    pub(super) fn into_record(self) -> Record {
        self.0
    }
}

impl std::ops::Deref for RecordMatched {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Id;

    #[test]
    fn a_record_is_the_one_that_was_meant_or_it_is_not_believed() {
        let record = || Record {
            id: Id::text("77"),
            name: "Acme".into(),
            disabled: false,
            key_issued: false,
            values: Default::default(),
        };
        assert!(RecordMatched::of(record(), ExpectedRecord::Id("77")).is_ok());
        assert!(RecordMatched::of(record(), ExpectedRecord::Name("Acme")).is_ok());
        for (meant, said) in [
            (ExpectedRecord::Id("7"), "asked for record 7, got record 77"),
            (ExpectedRecord::Id("077"), "asked for record 077, got record 77"),
            (
                ExpectedRecord::Name("ACME"),
                "asked for a record called \"ACME\", got \"Acme\" (id 77)",
            ),
        ] {
            let error = RecordMatched::of(record(), meant).unwrap_err();
            assert!(error.to_string().ends_with(said), "{error}");
            assert!(error.may_have_happened() && !error.is_transient());
        }
    }
}
