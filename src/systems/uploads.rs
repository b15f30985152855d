//! Reads the returns that were uploaded for a retailer.

use super::{Reader, unread, unread_sql};
use crate::model::{ReadFailure, System, Upload};
use jiff::civil::Date;

impl Reader {
    /// Says whether uploads can be read at all.
    pub(crate) fn tells_uploads(&self) -> bool {
        let client = self.clients.get(&System::Omnirps);
        self.uploads.is_some() || client.is_some_and(|client| client.contract.uploads.is_some())
    }

    /// Reads what was uploaded for a retailer from a day on, oldest first.
    pub(crate) async fn uploads(&self, id: &str, since: Date) -> Result<Vec<Upload>, ReadFailure> {
        let mut uploads = match (&self.uploads, self.clients.get(&System::Omnirps)) {
            (Some(database), _) => {
                database.read(id, since).await.map_err(|error| unread_sql(&error))?
            }
            (None, Some(client)) => {
                client.uploads(id, since).await.map_err(|error| unread(&error))?
            }
            (None, None) => return Err(super::no_address()),
        };
        // A system may not know how to leave out older ones.
        uploads.retain(|upload| *upload.received_at >= *since.to_string());
        uploads.sort_by(|a, b| (&a.received_at, &a.connote).cmp(&(&b.received_at, &b.connote)));
        Ok(uploads)
    }
}
