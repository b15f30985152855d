//! PostgreSQL.

use super::bound::BoundParameter;
use super::cell::whole;
use super::error::{QueryName, SqlError};
use super::rows::Query;
use super::server::Server;
use serde_json::Value as Json;
use sqlx::error::DatabaseError;
use sqlx::postgres::{
    PgArguments, PgConnection, PgDatabaseError, PgRow, PgStatement, PgTypeInfo, PgTypeKind,
};
use sqlx::{Arguments, AssertSqlSafe, Postgres, Row, Statement, TypeInfo};
use std::time::Duration;

impl Server for Postgres {
    async fn begin(connection: &mut PgConnection, timeout: Duration) -> Result<(), sqlx::Error> {
        // 0 would mean no limit.
        let limit = timeout.as_millis().max(1);
        let begin = format!(
            "begin isolation level repeatable read read only; set local statement_timeout = {limit}"
        );
        sqlx::raw_sql(AssertSqlSafe(begin)).execute(connection).await.map(drop)
    }

    fn bind(query: &Query, statement: &PgStatement) -> Result<PgArguments, SqlError> {
        let kinds = statement.parameters().and_then(|given| given.left()).unwrap_or_default();
        let mut bound = PgArguments::default();
        for (parameter, kind) in query.parameters.iter().zip(kinds) {
            let wrong = || SqlError::Kind { part: query.part, kind: kind.name().to_lowercase() };
            let value = BoundParameter::of(parameter, kind).ok_or_else(wrong)?;
            bound.add(value).map_err(|_| wrong())?;
        }
        Ok(bound)
    }

    fn rejected(
        part: Option<QueryName>,
        error: &dyn DatabaseError,
        message: String,
        timeout: Duration,
    ) -> SqlError {
        let routine =
            error.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::routine);
        // The codes are from <https://www.postgresql.org/docs/current/errcodes-appendix.html>,
        // seen 2026-11-26.
        match (error.code().as_deref(), part) {
            (Some("57014"), _) => SqlError::Timeout(timeout),
            (Some("28000" | "28P01"), _) => SqlError::Login(message),
            (Some("25006"), Some(part)) => SqlError::Writes(part),
            // The message is in the server's language; the name of the routine is not.
            (Some("42601"), Some(part)) if routine == Some("exec_parse_message") => {
                SqlError::Statements(part)
            }
            // The server lacks resources, is shutting down, or lost the connection.
            (Some(code), _) if ["08", "53", "57P"].iter().any(|class| code.starts_with(class)) => {
                SqlError::Connection(message)
            }
            (_, Some(part)) => SqlError::Refused { part, message },
            (_, None) => SqlError::Connection(message),
        }
    }

    fn json(row: &PgRow, at: usize, kind: &PgTypeInfo) -> Option<Json> {
        match kind.kind() {
            PgTypeKind::Domain(of) => return Self::json(row, at, of),
            PgTypeKind::Enum(_) => return text(row, at),
            PgTypeKind::Array(of) if is_text(of) => {
                let items: Vec<Option<String>> = row.try_get_unchecked(at).ok()?;
                return Some(items.into());
            }
            _ if is_text(kind) => return text(row, at),
            _ => {}
        }
        match kind.name() {
            "BOOL" => row.try_get_unchecked::<bool, _>(at).ok().map(Json::from),
            "INT2" => row.try_get_unchecked::<i16, _>(at).ok().map(Json::from),
            "INT4" => row.try_get_unchecked::<i32, _>(at).ok().map(Json::from),
            "INT8" => row.try_get_unchecked::<i64, _>(at).ok().map(Json::from),
            // Trailing blanks are not part of a value of this type.
            "CHAR" => {
                let text: String = row.try_get_unchecked(at).ok()?;
                Some(text.trim_end_matches(' ').into())
            }
            "NUMERIC" => whole(&numeric(bytes(row, at)?)?),
            "UUID" => {
                let hex = format!("{:032x}", u128::from_be_bytes(bytes(row, at)?.try_into().ok()?));
                let groups = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
                Some(groups.join("-").into())
            }
            "JSON" => serde_json::from_slice(bytes(row, at)?).ok(),
            // The first byte is the version.
            "JSONB" => serde_json::from_slice(bytes(row, at)?.strip_prefix(&[1])?).ok(),
            _ => None,
        }
    }
}

fn is_text(kind: &PgTypeInfo) -> bool {
    matches!(kind.kind(), PgTypeKind::Enum(_))
        || matches!(kind.name(), "TEXT" | "VARCHAR" | "NAME" | "\"CHAR\"" | "UNKNOWN" | "citext")
}

fn text(row: &PgRow, at: usize) -> Option<Json> {
    row.try_get_unchecked::<String, _>(at).ok().map(Json::from)
}

fn bytes(row: &PgRow, at: usize) -> Option<&[u8]> {
    <&[u8] as sqlx::Decode<Postgres>>::decode(row.try_get_raw(at).ok()?).ok()
}

/// Formats a `numeric`. On the wire it is a number of digits in base 10,000, the weight of
/// the first, a sign, a scale, and the digits, each in two bytes.
fn numeric(bytes: &[u8]) -> Option<String> {
    let (head, digits) = bytes.split_at_checked(8)?;
    let half = |at: usize| [head[at], head[at + 1]];
    let weight = i16::from_be_bytes(half(2));
    let sign = match u16::from_be_bytes(half(4)) {
        0 => "",
        0x4000 => "-",
        // NaN or infinity.
        _ => return None,
    };
    let mut text = sign.to_owned();
    let mut digits = digits.chunks_exact(2).map(|digit| u16::from_be_bytes([digit[0], digit[1]]));
    if weight < 0 {
        text.push('0');
    }
    for _ in 0..=weight {
        text.push_str(&format!("{:04}", digits.next().unwrap_or(0)));
    }
    if digits.any(|digit| digit != 0) {
        return None;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numeric_is_read_from_its_bytes() {
        let read = |halves: &[u16]| {
            let bytes: Vec<u8> = halves.iter().flat_map(|half| half.to_be_bytes()).collect();
            numeric(&bytes).and_then(|text| whole(&text))
        };
        let minus_one = u16::MAX;
        for (halves, number) in [
            (&[0, 0, 0, 0][..], Some(0.into())),
            (&[1, 0, 0, 2, 7][..], Some(7.into())),
            (&[1, 1, 0, 0, 3][..], Some(30000.into())),
            (&[2, 1, 0x4000, 0, 1, 2345][..], Some((-12345).into())),
            (&[2, 0, 0, 1, 7, 5000][..], None),
            (&[1, minus_one, 0, 1, 5000][..], None),
            (&[0, 0, 0xC000, 0][..], None),
            (&[0, 0][..], None),
        ] {
            assert_eq!(read(halves), number, "{halves:?}");
        }
    }
}
