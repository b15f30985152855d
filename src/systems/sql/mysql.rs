//! MySQL and MariaDB.

use super::cell::whole;
use super::error::{QueryName, SqlError};
use super::rows::Query;
use super::server::Server;
use serde_json::Value as Json;
use sqlx::error::DatabaseError;
use sqlx::mysql::{
    MySqlArguments, MySqlConnection, MySqlDatabaseError, MySqlRow, MySqlStatement, MySqlTypeInfo,
};
use sqlx::{Arguments, AssertSqlSafe, MySql, Row, Type, TypeInfo};
use std::time::Duration;

impl Server for MySql {
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

    fn bind(query: &Query, _: &MySqlStatement) -> Result<MySqlArguments, SqlError> {
        let mut bound = MySqlArguments::default();
        for parameter in &query.parameters {
            bound.add(parameter.to_string()).map_err(|_| SqlError::Parameters(query.part))?;
        }
        Ok(bound)
    }

    fn rejected(
        part: Option<QueryName>,
        error: &dyn DatabaseError,
        message: String,
        timeout: Duration,
    ) -> SqlError {
        let number = error.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number);
        match (number, part) {
            // ER_QUERY_TIMEOUT of MySQL, ER_STATEMENT_TIMEOUT of MariaDB.
            (Some(3024 | 1969), _) => SqlError::Timeout(timeout),
            // ER_ACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR.
            (Some(1045 | 1698), _) => SqlError::Login(message),
            // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION.
            (Some(1792), Some(part)) => SqlError::Writes(part),
            (_, Some(part)) => SqlError::Refused { part, message },
            (_, None) => SqlError::Connection(message),
        }
    }

    fn json(row: &MySqlRow, at: usize, kind: &MySqlTypeInfo) -> Option<Json> {
        let name = kind.name();
        let text = || row.try_get_unchecked::<&str, _>(at).ok();
        match name {
            "BIT" => row.try_get_unchecked::<u64, _>(at).ok().map(Json::from),
            _ if name.ends_with(" UNSIGNED") => {
                row.try_get_unchecked::<u64, _>(at).ok().map(Json::from)
            }
            "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => {
                row.try_get_unchecked::<i64, _>(at).ok().map(Json::from)
            }
            "DECIMAL" => text().and_then(whole),
            "JSON" => text().and_then(|text| serde_json::from_str(text).ok()),
            _ if <str as Type<MySql>>::compatible(kind) => text().map(Json::from),
            _ => None,
        }
    }
}
