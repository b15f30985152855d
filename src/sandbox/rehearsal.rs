//! Actions of other people in a rehearsal: the hub that processes a return and the partner
//! that uploads one.

use super::omnirps::{RpsRetailer, Upload};
use super::record::Record;
use super::runtime::connote;
use super::store::Page;
use super::webhook::Code;
use super::{Sandbox, SandboxError};
use jiff::Timestamp;
use serde_json::json;

/// The result of such an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RehearsalResult {
    Uploaded {
        connote: String,
    },
    Processed,
    /// The return was already processed.
    Already,
    NoRetailer,
    /// The retailer has no such return.
    NoReturn,
}

impl Sandbox {
    /// Marks a return as processed, as a hub operator does. The retailer is looked up by
    /// OmniRPS id, or by name if the id is not known.
    pub fn process(
        &self,
        name: &str,
        id: Option<&str>,
        connote: &str,
    ) -> Result<RehearsalResult, SandboxError> {
        let Some(retailer) = self.retailer(name, id)? else {
            return Ok(RehearsalResult::NoRetailer);
        };
        Ok(match self.shared.process(retailer, connote)? {
            None => RehearsalResult::NoReturn,
            Some((_, false)) => RehearsalResult::Already,
            Some((_, true)) => RehearsalResult::Processed,
        })
    }

    /// Creates a label and uploads its return, as the partner does for a customer.
    pub fn upload(&self, name: &str, id: Option<&str>) -> Result<RehearsalResult, SandboxError> {
        let Some(retailer) = self.retailer(name, id)? else {
            return Ok(RehearsalResult::NoRetailer);
        };
        let label = self.store().label(retailer, "a customer's return")?;
        let connote = connote(label);
        let line = json!({
            "ConsignmentNo": connote, "OrderNumber": format!("SBX-{label}"), "Sku": "SBX-SKU",
            "Reason": "Too small", "ReturnAction": "REFUND",
        });
        let upload = Upload::by_api(retailer, line, Timestamp::now());
        for new in self.store().receive(vec![upload])? {
            self.shared.emit(Code::ReturnCreated, &new);
        }
        Ok(RehearsalResult::Uploaded { connote })
    }

    fn retailer(&self, name: &str, id: Option<&str>) -> Result<Option<i64>, SandboxError> {
        let (all, _) = self.store().page::<RpsRetailer>(Page::ALL)?;
        let is_it = |retailer: &&RpsRetailer| match id {
            Some(id) => retailer.id().is_some_and(|own| own.to_string() == id),
            None => retailer.retailer_name == name,
        };
        Ok(all.iter().find(is_it).and_then(Record::id))
    }
}
