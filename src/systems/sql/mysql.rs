//! MySQL and MariaDB.

use super::cell::whole;
use super::error::{Part, SqlError, of_database};
use super::rows::{Parameter, Query, Table};
use super::terms::Terms;
use crate::systems::budget::MemoryShare;
use futures_util::TryStreamExt;
use serde_json::Value as Json;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlRow};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Executor, MySql, Row, SqlSafeStr, Statement,
    Type, TypeInfo, ValueRef,
};
use std::time::Duration;

/// Runs queries in one read-only transaction. The caller enforces the timeout, in case the
/// server does not respond.
pub(super) async fn read(
    options: &MySqlConnectOptions,
    queries: &[Query],
    terms: &Terms,
) -> Result<Vec<(Table, MemoryShare)>, SqlError> {
    let mut connection = options.connect().await.map_err(|error| why(None, error, terms))?;
    let tables = read_all(&mut connection, queries, terms).await;
    // Nothing was written, so nothing is lost if closing fails.
    let _ = connection.close().await;
    tables
}

async fn read_all(
    connection: &mut MySqlConnection,
    queries: &[Query],
    terms: &Terms,
) -> Result<Vec<(Table, MemoryShare)>, SqlError> {
    begin(connection, terms.timeout).await.map_err(|error| why(None, error, terms))?;
    let mut tables = Vec::with_capacity(queries.len());
    for query in queries {
        let failed = |error| why(Some(query.part), error, terms);
        let sql = AssertSqlSafe(query.sql.as_str()).into_sql_str();
        let statement = (&mut *connection).prepare(sql).await.map_err(failed)?;
        if statement.parameters().is_some_and(|given| given.right() != Some(query.parameters.len()))
        {
            return Err(SqlError::Parameters(query.part));
        }
        let columns: Vec<&str> = statement.columns().iter().map(Column::name).collect();
        let mut rows = query.rows(&columns, terms)?;
        let mut bound = statement.query();
        for parameter in &query.parameters {
            bound = match parameter {
                Parameter::Id(id) => bound.bind(id.clone()),
                Parameter::Since(day) => bound.bind(day.to_string()),
            };
        }
        let mut found = bound.fetch(&mut *connection);
        while let Some(row) = found.try_next().await.map_err(failed)? {
            rows.add(|at| cell(&row, at))?;
        }
        tables.push(rows.into_table());
    }
    Ok(tables)
}

/// Starts the transaction: one snapshot for all queries. The server itself must end a
/// query, because it does not notice that the client stopped waiting.
async fn begin(connection: &mut MySqlConnection, timeout: Duration) -> Result<(), sqlx::Error> {
    let version: String =
        sqlx::query_scalar("select version()").fetch_one(&mut *connection).await?;
    // 0 would mean no limit.
    let limit = timeout.as_millis().max(1);
    let limit = if version.contains("MariaDB") {
        format!("set session max_statement_time = {}.{:03}", limit / 1000, limit % 1000)
    } else {
        format!("set session max_execution_time = {limit}")
    };
    sqlx::raw_sql(AssertSqlSafe(limit)).execute(&mut *connection).await?;
    let begin = "start transaction with consistent snapshot, read only";
    sqlx::raw_sql(begin).execute(connection).await?;
    Ok(())
}

/// Returns why a call failed. `part` is `None` if it was not a query.
fn why(part: Option<Part>, error: sqlx::Error, terms: &Terms) -> SqlError {
    let Terms { timeout, redactor, .. } = terms;
    let error = match of_database(error, redactor) {
        Ok(error) => error,
        Err(error) => return error,
    };
    let message = redactor.message(error.message());
    let number = error.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number);
    match (number, part) {
        // ER_QUERY_TIMEOUT of MySQL, ER_STATEMENT_TIMEOUT of MariaDB.
        (Some(3024 | 1969), _) => SqlError::Timeout(*timeout),
        // ER_ACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR.
        (Some(1045 | 1698), _) => SqlError::Login(message),
        // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION.
        (Some(1792), Some(part)) => SqlError::Writes(part),
        (_, Some(part)) => SqlError::Refused { part, message },
        (_, None) => SqlError::Connection(message),
    }
}

/// Parses a cell, or returns its unsupported type.
fn cell(row: &MySqlRow, at: usize) -> Result<Json, String> {
    let value = row.try_get_raw(at).map_err(|_| "unknown")?;
    if value.is_null() {
        return Ok(Json::Null);
    }
    let kind = value.type_info().into_owned();
    let name = kind.name();
    let text = || row.try_get_unchecked::<&str, _>(at).ok();
    let json = match name {
        "BIT" => row.try_get_unchecked::<u64, _>(at).ok().map(Json::from),
        _ if name.ends_with(" UNSIGNED") => {
            row.try_get_unchecked::<u64, _>(at).ok().map(Json::from)
        }
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => {
            row.try_get_unchecked::<i64, _>(at).ok().map(Json::from)
        }
        "DECIMAL" => text().and_then(whole),
        "JSON" => text().and_then(|text| serde_json::from_str(text).ok()),
        _ if <str as Type<MySql>>::compatible(&kind) => text().map(Json::from),
        _ => None,
    };
    json.ok_or_else(|| name.to_lowercase())
}
