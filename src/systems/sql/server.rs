//! Reads a database server: one connection, one read-only transaction, and one prepared
//! statement per query.

use super::error::{QueryName, SqlError};
use super::rows::{Query, Rows};
use super::terms::Terms;
use futures_util::TryStreamExt;
use serde_json::Value as Json;
use sqlx::error::DatabaseError;
use sqlx::{
    AssertSqlSafe, Column, ColumnIndex, ConnectOptions, Connection, Database, Executor,
    IntoArguments, Row, SqlSafeStr, Statement, TypeInfo, ValueRef,
};
use std::time::Duration;

/// What differs between the kinds of servers.
pub(super) trait Server: Database {
    /// Starts the transaction: one snapshot for all queries. The server itself must end a
    /// query, because it does not notice that the client stopped waiting.
    async fn begin(connection: &mut Self::Connection, timeout: Duration)
    -> Result<(), sqlx::Error>;

    /// Binds the parameters of a query, whose number may be wrong.
    fn bind(query: &Query, statement: &Self::Statement) -> Result<Self::Arguments, SqlError>;

    /// Returns why the database rejected a call, with this message. `part` is `None` if it was
    /// not a query.
    fn rejected(
        part: Option<QueryName>,
        error: &dyn DatabaseError,
        message: String,
        timeout: Duration,
    ) -> SqlError;

    /// Parses a cell that is not null; `None` if its type is not supported.
    fn json(row: &Self::Row, at: usize, kind: &Self::TypeInfo) -> Option<Json>;
}

/// Parses a cell, or returns its unsupported type.
fn cell<S: Server>(row: &S::Row, at: usize) -> Result<Json, String>
where
    usize: ColumnIndex<S::Row>,
{
    let value = row.try_get_raw(at).map_err(|_| "unknown")?;
    if value.is_null() {
        return Ok(Json::Null);
    }
    let kind = value.type_info();
    S::json(row, at, &kind).ok_or_else(|| kind.name().to_lowercase())
}

/// Runs queries in one transaction. The time limit also holds if the server does not respond.
pub(super) async fn read<S: Server>(
    options: &<S::Connection as Connection>::Options,
    queries: &[Query],
    terms: &Terms,
) -> Result<Vec<Rows>, SqlError>
where
    for<'c> &'c mut S::Connection: Executor<'c, Database = S>,
    S::Arguments: IntoArguments<S>,
    usize: ColumnIndex<S::Row>,
{
    let read = async {
        let mut connection =
            options.connect().await.map_err(|error| why::<S>(None, error, terms))?;
        let read = read_all::<S>(&mut connection, queries, terms).await;
        // Nothing was written, so nothing is lost if closing fails.
        let _ = connection.close().await;
        read
    };
    let late = Err(SqlError::Timeout(terms.timeout));
    tokio::time::timeout(terms.timeout, read).await.unwrap_or(late)
}

async fn read_all<S: Server>(
    connection: &mut S::Connection,
    queries: &[Query],
    terms: &Terms,
) -> Result<Vec<Rows>, SqlError>
where
    for<'c> &'c mut S::Connection: Executor<'c, Database = S>,
    S::Arguments: IntoArguments<S>,
    usize: ColumnIndex<S::Row>,
{
    let begun = S::begin(connection, terms.timeout).await;
    begun.map_err(|error| why::<S>(None, error, terms))?;
    let mut results = Vec::with_capacity(queries.len());
    for query in queries {
        let failed = |error| why::<S>(Some(query.part), error, terms);
        let sql = AssertSqlSafe(query.sql.as_str()).into_sql_str();
        let statement = (&mut *connection).prepare(sql).await.map_err(failed)?;
        let given = statement.parameters();
        let given = given.map(|given| given.either(<[_]>::len, |number| number));
        if given.is_some_and(|given| given != query.parameters.len()) {
            return Err(SqlError::Parameters(query.part));
        }
        let columns: Vec<&str> = statement.columns().iter().map(Column::name).collect();
        let mut rows = query.rows(&columns, terms)?;
        let bound = statement.query_with(S::bind(query, &statement)?);
        let mut found = (&mut *connection).fetch(bound);
        while let Some(row) = found.try_next().await.map_err(failed)? {
            rows.add(|at| cell::<S>(&row, at))?;
        }
        results.push(rows);
    }
    Ok(results)
}

/// Returns why a call failed. `part` is `None` if it was not a query.
fn why<S: Server>(part: Option<QueryName>, error: sqlx::Error, terms: &Terms) -> SqlError {
    let redacted = |error: &dyn std::error::Error| terms.redactor.message(&error.to_string());
    match error {
        sqlx::Error::Database(error) => {
            let message = terms.redactor.message(error.message());
            S::rejected(part, &*error, message, terms.timeout)
        }
        sqlx::Error::Tls(error) => SqlError::Tls(redacted(&*error)),
        sqlx::Error::Io(error) => SqlError::Connection(redacted(&error)),
        other => SqlError::Connection(redacted(&other)),
    }
}
