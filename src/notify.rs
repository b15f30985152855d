//! Tells a Slack-compatible webhook about drift: when it changed, or once a day.

use crate::config::{Address, address};
use crate::exit::Failure;
use crate::files::{self, Readers};
use crate::model::System;
use crate::plan::origin::Drift;
use crate::render::drift::message;
use jiff::{Timestamp, ToSpan};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;

/// How long the other side may take: a chat service that is slower is not working.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What the last message was about, and when it was sent.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    entries: Vec<String>,
    /// Also of those that people have to switch on again.
    #[serde(default)]
    webhooks_off: Vec<String>,
    unread: Vec<System>,
    at: Timestamp,
}

/// Sends a message unless the last one said the same less than a day ago. The first
/// message waits for something to tell.
pub(crate) async fn notify(
    url: &SecretString,
    environment: &str,
    drift: &Drift,
    unread: &[System],
    state: &Path,
) -> Result<(), Failure> {
    let told: Option<Told> =
        std::fs::read_to_string(state).ok().and_then(|text| serde_json::from_str(&text).ok());
    let quiet = !drift.is_drift() && drift.webhooks_off.is_empty() && unread.is_empty();
    let now = Timestamp::now();
    let due = match &told {
        None => !quiet,
        Some(told) => {
            let changed = told.entries != drift.entries
                || told.webhooks_off != drift.webhooks_off
                || told.unread != unread;
            changed || (!quiet && told.at + 24.hours() <= now)
        }
    };
    if !due {
        return Ok(());
    }
    send(url, &message(environment, drift, unread)).await?;
    let Drift { entries, webhooks_off, .. } = drift;
    let told = Told {
        entries: entries.clone(),
        webhooks_off: webhooks_off.clone(),
        unread: unread.to_vec(),
        at: now,
    };
    let saved = serde_json::to_string(&told).unwrap_or_default();
    let folder = state.parent().unwrap_or(Path::new("."));
    let kept = std::fs::create_dir_all(folder)
        .and_then(|()| files::overwrite(state, saved.as_bytes(), Readers::Usual));
    kept.map_err(|error| {
        Failure::failed(
            format!("`{}` cannot be written: {error}", state.display()),
            "check the folder; without it the same message is sent again next time",
        )
    })
}

/// The address is a secret: whoever has it can write to the channel.
async fn send(url: &SecretString, text: &str) -> Result<(), Failure> {
    let failed = |why: String| {
        Failure::failed(
            format!("the message about drift could not be sent: {why}"),
            "check the address that --notify or RECONCILE_NOTIFY_URL names",
        )
    };
    let Address::Good(address) = address(url.expose_secret()) else {
        return Err(failed("the address is no https URL".into()));
    };
    let client = crate::systems::http_client([&address].into_iter())
        .map_err(|error| failed(error.to_string()))?;
    let body = serde_json::json!({ "text": text });
    let answer = client.post(address).timeout(TIMEOUT).json(&body).send().await;
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(failed(format!("HTTP {}", answer.status().as_u16()))),
        Err(error) if error.is_timeout() => {
            Err(failed(format!("timed out after {} s", TIMEOUT.as_secs())))
        }
        // The error itself would name the address.
        Err(error) => Err(failed(error.without_url().to_string())),
    }
}
