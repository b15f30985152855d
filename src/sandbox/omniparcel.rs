//! The accounts of OmniParcel.

use super::fields::Fields;
use super::record::{LenientId, Record, lenient_id};
use crate::model::System;
use rusqlite::Row;
use rusqlite::types::Value as Sql;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An OmniParcel account, with the contract's field names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Account {
    /// The id of the account.
    #[serde(default, deserialize_with = "lenient_id")]
    #[schemars(with = "LenientId")]
    pub account_id: Option<i64>,
    /// The name of the account.
    pub account_name: String,
    /// Whether the account is disabled.
    #[serde(default)]
    pub disabled: bool,
}

impl Record for Account {
    const SYSTEM: System = System::Omniparcel;
    const TABLE: &'static str = "omniparcel_accounts";
    const ID: (&'static str, &'static str) = ("account_id", "AccountId");
    const COLUMNS: &'static [&'static str] = &["account_name", "disabled"];
    const NAMES: (&'static str, &'static str) = ("Account", "Accounts");

    fn id(&self) -> Option<i64> {
        self.account_id
    }

    fn values(&self) -> Vec<Sql> {
        let Account { account_id: _, account_name, disabled } = self;
        vec![account_name.clone().into(), (*disabled).into()]
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Account { account_id: row.get(0)?, account_name: row.get(1)?, disabled: row.get(2)? })
    }

    fn create(fields: &mut Fields) -> Self {
        fields.require("AccountName");
        Account {
            account_name: fields.nonblank_text("AccountName").unwrap_or_default(),
            ..Account::default()
        }
    }

    /// Changes nothing: the contract cannot update accounts.
    fn change(&mut self, _fields: &mut Fields) {}
}
