//! The companies and retailers of OmniReturns.

use super::fields::{FieldError, Fields};
use super::record::{LenientId, Record, default_true, lenient_id, set};
use crate::model::System;
use rusqlite::{Connection, OptionalExtension};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A company that retailers belong to, with the contract's field names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Company {
    /// The id of the company.
    pub company_id: i64,
    /// The name of the company.
    pub company_name: String,
}

impl Company {
    pub(super) fn answer(&self) -> Value {
        let Company { company_id, company_name } = self;
        json!({"CompanyId": company_id.to_string(), "CompanyName": company_name})
    }
}

/// An OmniReturns retailer, with the contract's field names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ReturnsRetailer {
    /// The id of the retailer.
    #[serde(default, deserialize_with = "lenient_id")]
    #[schemars(with = "LenientId")]
    pub retailer_id: Option<i64>,
    /// The name of the retailer.
    pub retailer_name: String,
    /// The id of the company that the retailer belongs to.
    #[serde(deserialize_with = "lenient_id")]
    #[schemars(with = "LenientId")]
    pub company_id: Option<i64>,
    /// The name of the company, derived from its id; if a seed gives it, it must match.
    #[serde(default, skip_serializing)]
    pub company_name: Option<String>,
    /// Whether customers can reach the portal.
    #[serde(default)]
    pub portal_published: bool,
    /// The id of the OmniRPS retailer that the account is linked to.
    #[serde(default, rename = "OmniRPSRetailerId", deserialize_with = "lenient_id")]
    #[schemars(with = "LenientId")]
    pub omnirps_retailer_id: Option<i64>,
    /// The e-mail addresses of the retailer's users.
    #[serde(default)]
    pub emails: Vec<String>,
    /// The names of the retailer's hubs.
    #[serde(default)]
    pub hubs: Vec<String>,
    /// Whether a key of the Label Creation API has been issued.
    #[serde(default = "default_true")]
    pub key_issued: bool,
}

impl Record for ReturnsRetailer {
    const SYSTEM: System = System::Omnireturns;
    const ID: &'static str = "RetailerId";
    const DOCUMENT: &'static str = "json_set(
        document, '$.RetailerId', id, '$.CompanyName',
        (SELECT company_name FROM companies
         WHERE company_id = json_extract(document, '$.CompanyId')))";
    const NAMES: (&'static str, &'static str) = ("Retailer", "Retailers");

    fn id(&self) -> Option<i64> {
        self.retailer_id
    }

    fn key_issued(&self) -> bool {
        self.key_issued
    }

    /// Returns the record in the contract's form. OmniReturns writes ids as text and an
    /// unset id as the empty string, so that clients are tested with both forms.
    fn answer(&self) -> Value {
        let mut answer = serde_json::to_value(self).unwrap_or_default();
        let ids = [
            ("RetailerId", self.retailer_id),
            ("CompanyId", self.company_id),
            ("OmniRPSRetailerId", self.omnirps_retailer_id),
        ];
        for (name, id) in ids {
            answer[name] = id.map(|id| id.to_string()).unwrap_or_default().into();
        }
        answer["CompanyName"] = self.company_name.clone().into();
        answer
    }

    fn create(fields: &mut Fields) -> Self {
        fields.require("RetailerName");
        fields.require("CompanyId");
        ReturnsRetailer {
            retailer_id: None,
            retailer_name: fields.nonblank_text("RetailerName").unwrap_or_default(),
            company_id: fields.id("CompanyId").flatten(),
            company_name: None,
            portal_published: false,
            omnirps_retailer_id: fields.id("OmniRPSRetailerId").flatten(),
            emails: Vec::new(),
            hubs: Vec::new(),
            // The key counts as issued from its first read on.
            key_issued: false,
        }
    }

    fn publish(&mut self) {
        self.portal_published = true;
    }

    fn change(&mut self, fields: &mut Fields) {
        set(&mut self.retailer_name, fields.nonblank_text("RetailerName"));
        if let Some(id) = fields.id("CompanyId") {
            self.company_id = id;
            self.company_name = None;
        }
        set(&mut self.portal_published, fields.bool("PortalPublished"));
        set(&mut self.omnirps_retailer_id, fields.id("OmniRPSRetailerId"));
        set(&mut self.emails, fields.texts("Emails"));
        set(&mut self.hubs, fields.texts("Hubs"));
    }

    fn check(&self, connection: &Connection) -> rusqlite::Result<Vec<FieldError>> {
        let given = Value::from(self.company_id);
        let mut find = connection
            .prepare_cached("SELECT company_name FROM companies WHERE company_id = ?1")?;
        let name: Option<String> =
            find.query_row([self.company_id], |row| row.get(0)).optional()?;
        let problem = match (name, &self.company_name) {
            (None, _) => FieldError::new("CompanyId", "no such company", "NotFound", &given),
            (Some(name), Some(stated)) if name != *stated => {
                let stated = Value::from(stated.as_str());
                FieldError::new("CompanyName", "is not the company's name", "Mismatch", &stated)
            }
            _ => return Ok(Vec::new()),
        };
        Ok(vec![problem])
    }
}
