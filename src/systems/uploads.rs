//! Reads the returns uploaded for retailers.

use super::Reader;
use crate::model::{Advice, System, Upload};
use futures_util::stream::{self, StreamExt};
use jiff::civil::Date;
use std::collections::BTreeMap;

impl Reader {
    /// Returns whether uploads can be read at all.
    pub(crate) fn can_read_uploads(&self) -> bool {
        let client = self.clients.get(&System::Omnirps);
        self.uploads.is_some() || client.is_some_and(|client| client.contract.uploads.is_some())
    }

    /// Reads a retailer's uploads since a day, oldest first.
    pub(crate) async fn uploads(&self, id: &str, since: Date) -> Result<Vec<Upload>, Advice> {
        let mut uploads = match (&self.uploads, self.clients.get(&System::Omnirps)) {
            (Some(database), _) => database.read(id, since).await?,
            (None, Some(client)) => client.uploads(id, since).await?,
            (None, None) => return Err(super::no_address()),
        };
        sort_since(&mut uploads, since);
        Ok(uploads)
    }

    /// Reads the uploads of retailers, by OmniRPS id, each since its day: with one query if
    /// there is one for all of them, otherwise with concurrent calls.
    pub(crate) async fn uploads_of(
        &self,
        since: &BTreeMap<String, Date>,
        concurrency: usize,
    ) -> BTreeMap<String, Result<Vec<Upload>, Advice>> {
        let (Some(database), Some(first)) =
            (self.uploads.as_ref().filter(|uploads| uploads.is_for_all()), since.values().min())
        else {
            let calls = since
                .iter()
                .map(|(id, since)| async move { (id.clone(), self.uploads(id, *since).await) });
            return stream::iter(calls).buffer_unordered(concurrency.max(1)).collect().await;
        };
        let mut all = database.read_all(*first).await.map_err(Advice::from);
        let of = |(id, since): (&String, &Date)| {
            let all = all.as_mut().map_err(|failure| failure.clone());
            let uploads = all.and_then(|all| {
                let mut uploads = all.remove(id).transpose()?.unwrap_or_default();
                sort_since(&mut uploads, *since);
                Ok(uploads)
            });
            (id.clone(), uploads)
        };
        since.iter().map(of).collect()
    }
}

/// Sorts uploads and drops older ones, because a system may do neither.
fn sort_since(uploads: &mut Vec<Upload>, since: Date) {
    uploads.retain(|upload| *upload.received_at >= *since.to_string());
    uploads.sort_by(|a, b| (&a.received_at, &a.connote).cmp(&(&b.received_at, &b.connote)));
}
