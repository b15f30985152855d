//! SQLite.

use super::error::{QueryName, SqlError};
use super::rows::{Parameter, Query, Rows};
use super::terms::Terms;
use crate::model::exact_number;
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, params_from_iter};
use serde_json::Value as Json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, spawn_blocking};
use tokio::time::timeout;

/// How long a query waits for another program's lock, which is usually held for
/// milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The interval at which a query that exceeded the time limit is interrupted.
const INTERRUPT_EVERY: Duration = Duration::from_millis(20);

/// The largest whole number up to which `REAL` represents all whole numbers.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Runs queries in one transaction over a file opened read-only.
pub(super) async fn read(
    path: &Path,
    queries: &Arc<[Query]>,
    terms: &Terms,
) -> Result<Vec<Rows>, SqlError> {
    let limit = terms.timeout;
    let late = SqlError::Timeout(limit);
    let file = path.to_owned();
    let open = timeout(limit, spawn_blocking(move || open(&file))).await;
    let Ok(opened) = open else { return Err(late) };
    let opened = opened.unwrap_or_else(resume);
    let connection = opened.map_err(|error| why(None, error, terms))?;
    let interrupt = connection.get_interrupt_handle();
    let mut work = spawn_blocking({
        let (queries, terms) = (Arc::clone(queries), terms.clone());
        move || read_all(&connection, &queries, &terms)
    });
    if let Ok(done) = timeout(limit, &mut work).await {
        return done.unwrap_or_else(resume);
    }
    // An interrupt ends only the statement that is running, so it may come too early.
    loop {
        interrupt.interrupt();
        if timeout(INTERRUPT_EVERY, &mut work).await.is_ok() {
            return Err(late);
        }
    }
}

/// Resumes the panic of another thread.
fn resume<T>(error: JoinError) -> T {
    std::panic::resume_unwind(error.into_panic())
}

fn open(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.execute_batch("pragma query_only = on; begin")?;
    Ok(connection)
}

fn read_all(
    connection: &Connection,
    queries: &[Query],
    terms: &Terms,
) -> Result<Vec<Rows>, SqlError> {
    let mut results = Vec::with_capacity(queries.len());
    for query in queries {
        let failed = |error| why(Some(query.part), error, terms);
        let mut statement = connection.prepare(&query.sql).map_err(failed)?;
        if !statement.readonly() {
            return Err(SqlError::Writes(query.part));
        }
        if statement.parameter_count() != query.parameters.len() {
            return Err(SqlError::Parameters(query.part));
        }
        let columns: Vec<&str> = statement.column_names().collect();
        let mut rows = query.rows(&columns, terms)?;
        let values = query.parameters.iter().map(bound);
        let mut found = statement.query(params_from_iter(values)).map_err(failed)?;
        while let Some(row) = found.next().map_err(failed)? {
            rows.add(|at| cell(row.get_ref(at).map_err(|_| "unknown")?))?;
        }
        results.push(rows);
    }
    Ok(results)
}

/// Returns the value of a parameter. An id of digits is a number: a column of either type compares
/// with it, and an expression has no type to convert it to.
fn bound(parameter: &Parameter) -> Sql {
    let text = parameter.to_string();
    exact_number(&text).map_or(Sql::Text(text), Sql::Integer)
}

/// Returns why a call failed. `part` is `None` if it was not a query.
fn why(part: Option<QueryName>, error: Error, terms: &Terms) -> SqlError {
    let (code, message) = match &error {
        Error::SqliteFailure(code, Some(message)) => (Some(code.code), message.clone()),
        Error::SqliteFailure(code, None) => (Some(code.code), code.to_string()),
        // The error's own text repeats the query.
        Error::SqlInputError { error, msg, .. } => (Some(error.code), msg.clone()),
        other => (None, other.to_string()),
    };
    let message = terms.redactor.message(&message);
    match (code, part) {
        (Some(ErrorCode::OperationInterrupted), _) => SqlError::Timeout(terms.timeout),
        (Some(ErrorCode::CannotOpen | ErrorCode::NotADatabase), _) | (_, None) => {
            SqlError::Connection(message)
        }
        (Some(ErrorCode::ReadOnly), Some(part)) => SqlError::Writes(part),
        (_, Some(part)) if matches!(error, Error::MultipleStatement) => SqlError::Statements(part),
        (_, Some(part)) => SqlError::Refused { part, message },
    }
}

/// Parses a cell, or returns its unsupported type.
fn cell(value: ValueRef<'_>) -> Result<Json, String> {
    match value {
        ValueRef::Null => Ok(Json::Null),
        ValueRef::Integer(number) => Ok(number.into()),
        // Imported numbers often have this type.
        ValueRef::Real(number) if number.fract() == 0.0 && number.abs() <= EXACT => {
            Ok((number as i64).into())
        }
        ValueRef::Real(_) => Err("real".into()),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Ok(text.into()),
            Err(_) => Err("text that is not UTF-8".into()),
        },
        ValueRef::Blob(_) => Err("blob".into()),
    }
}
