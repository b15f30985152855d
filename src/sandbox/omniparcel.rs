//! The accounts of OmniParcel.

use super::fields::Fields;
use super::record::{LenientId, Record, lenient_id};
use crate::model::System;
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
    const ID: &'static str = "AccountId";
    const DOCUMENT: &'static str = "json_set(document, '$.AccountId', id)";
    const NAMES: (&'static str, &'static str) = ("Account", "Accounts");

    fn id(&self) -> Option<i64> {
        self.account_id
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
