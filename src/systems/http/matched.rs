//! Decides whether an answer is about the record that was meant.
//!
//! Creates, updates and look-ups all ask here. A server may answer with another record: a
//! cache, a proxy or a fault in it. Whatever goes on with a record demands a
//! [`RecordMatched`], which nothing but [`RecordMatched::of`] makes.

use super::error::CallError;
use crate::model::{Id, Record};

/// Which record a call is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meant<'a> {
    /// The one with this id.
    Id(&'a str),
    /// The one with this name, byte for byte.
    Name(&'a str),
}

/// A record that is the one that was meant.
#[derive(Clone, Debug)]
pub(crate) struct RecordMatched(Record);

impl RecordMatched {
    /// Accepts a record if it is the one that was meant.
    pub(super) fn of(record: Record, meant: Meant<'_>) -> Result<RecordMatched, CallError> {
        let Record { id, name, .. } = &record;
        let (is_meant, asked) = match meant {
            Meant::Id(asked) => (id.as_str() == asked, format!("record {asked}")),
            Meant::Name(asked) => (name == asked, format!("a record called \"{asked}\"")),
        };
        if is_meant {
            return Ok(RecordMatched(record));
        }
        let got = match meant {
            Meant::Id(_) => format!("record {id}"),
            Meant::Name(_) => format!("\"{name}\" (id {id})"),
        };
        Err(CallError::OtherRecord { asked, got })
    }

    /// Returns the record.
    pub(super) fn record(&self) -> &Record {
        &self.0
    }

    pub(super) fn id(&self) -> &Id {
        &self.0.id
    }

    pub(super) fn into_record(self) -> Record {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_the_one_that_was_meant_or_it_is_not_believed() {
        let record = || Record {
            id: Id::text("77"),
            name: "Acme".into(),
            disabled: false,
            key_issued: false,
            values: Default::default(),
        };
        assert!(RecordMatched::of(record(), Meant::Id("77")).is_ok());
        assert!(RecordMatched::of(record(), Meant::Name("Acme")).is_ok());
        for (meant, said) in [
            (Meant::Id("7"), "asked for record 7, got record 77"),
            (Meant::Id("077"), "asked for record 077, got record 77"),
            (Meant::Name("ACME"), "asked for a record called \"ACME\", got \"Acme\" (id 77)"),
        ] {
            let error = RecordMatched::of(record(), meant).unwrap_err();
            assert!(error.to_string().ends_with(said), "{error}");
            assert!(error.may_have_happened() && !error.is_transient());
        }
    }
}
