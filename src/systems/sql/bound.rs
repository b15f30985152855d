//! A query parameter for PostgreSQL, in the type that the query compares it with.

use super::rows::Parameter;
use jiff::civil::{Date, date};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};
use sqlx::{Encode, Postgres, Type, TypeInfo};

/// The epoch of PostgreSQL's dates.
const EPOCH: Date = date(2000, 1, 1);

const MICROSECONDS_OF_A_DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// A value and its type, in the binary form of the protocol.
pub(super) struct BoundParameter {
    kind: PgTypeInfo,
    bytes: Vec<u8>,
}

impl BoundParameter {
    /// Returns a parameter in a type, or `None` if it cannot be converted.
    pub(super) fn of(parameter: &Parameter, kind: &PgTypeInfo) -> Option<BoundParameter> {
        let bytes = match (parameter, kind.name()) {
            (Parameter::Id(id), "INT2") => id.parse::<i16>().ok()?.to_be_bytes().into(),
            (Parameter::Id(id), "INT4") => id.parse::<i32>().ok()?.to_be_bytes().into(),
            (Parameter::Id(id), "INT8") => id.parse::<i64>().ok()?.to_be_bytes().into(),
            (Parameter::Id(id), "TEXT" | "VARCHAR" | "CHAR" | "NAME") => id.clone().into_bytes(),
            (Parameter::Since(day), "TEXT" | "VARCHAR" | "CHAR" | "NAME") => {
                day.to_string().into_bytes()
            }
            (Parameter::Since(day), "DATE") => days(*day)?.to_be_bytes().into(),
            // Midnight; with a time zone, in UTC.
            (Parameter::Since(day), "TIMESTAMP" | "TIMESTAMPTZ") => {
                (i64::from(days(*day)?) * MICROSECONDS_OF_A_DAY).to_be_bytes().into()
            }
            _ => return None,
        };
        Some(BoundParameter { kind: kind.clone(), bytes })
    }
}

fn days(day: Date) -> Option<i32> {
    EPOCH.until(day).ok().map(|span| span.get_days())
}

impl Type<Postgres> for BoundParameter {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("text")
    }
}

impl Encode<'_, Postgres> for BoundParameter {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(&self.bytes);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.kind.clone())
    }
}
