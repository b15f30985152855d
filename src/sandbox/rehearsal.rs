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
}

impl Sandbox {
    /// Marks a return of a retailer as processed, as a hub operator does. Returns `None` if it
    /// has no such return.
    pub fn process(
        &self,
        retailer: i64,
        connote: &str,
    ) -> Result<Option<RehearsalResult>, SandboxError> {
        let done =
            |is_new| if is_new { RehearsalResult::Processed } else { RehearsalResult::Already };
        Ok(self.shared.process(retailer, connote)?.map(|(_, is_new)| done(is_new)))
    }

    /// Creates a label and uploads its return, as the partner does for a customer.
    pub fn upload(&self, retailer: i64) -> Result<RehearsalResult, SandboxError> {
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

    /// Finds the OmniRPS id of a retailer by that id, or by name if the id is not known.
    pub fn retailer(&self, name: &str, id: Option<&str>) -> Result<Option<i64>, SandboxError> {
        let (all, _) = self.store().page::<RpsRetailer>(Page::ALL)?;
        let is_it = |retailer: &&RpsRetailer| match id {
            Some(id) => retailer.id().is_some_and(|own| own.to_string() == id),
            None => retailer.retailer_name == name,
        };
        Ok(all.iter().find(is_it).and_then(Record::id))
    }
}
