//! Posts drift messages to a Slack-compatible webhook: when the drift changes, and otherwise
//! once a day.

use crate::exit::Failure;
use crate::model::types::address;
use crate::model::{Advice, System};
use crate::plan::fingerprint::sha256;
use crate::plan::origin::Drift;
use crate::render::drift::message;
use crate::runs::document::compare_and_set;
use crate::runs::{self, RunStore};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;
use url::Url;

/// The timeout of a request: a chat service that takes longer is not working.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The content of the last message, and its time.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct LastMessage {
    entries: Vec<String>,
    #[serde(default)]
    alerts: Vec<String>,
    /// Includes webhooks that only people can enable again.
    #[serde(default)]
    webhooks_off: Vec<String>,
    /// The files that were invalid at the base.
    #[serde(default)]
    invalid: Vec<String>,
    unread: Vec<System>,
    at: Timestamp,
}

impl LastMessage {
    /// Returns whether a reminder is due: about a day after the last message, on another UTC day,
    /// or if the clock was set back since.
    fn is_old(&self, now: Timestamp) -> bool {
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        now.duration_since(self.at) >= REMINDER || day(self.at) != day(now) || self.at > now
    }
}

/// The time after which an equal message is sent on the same day. Less than a day, because a
/// nightly run starts earlier on some days than on others.
const REMINDER: SignedDuration = SignedDuration::from_hours(20);

/// Returns the key of the last message about an environment, or about a part of it: what the
/// runs of one schedule report says nothing about another's.
fn key(environment: &str, only: &[String]) -> String {
    let key = format!("drift/{}", runs::segment(environment));
    let only: BTreeSet<&str> = only.iter().map(String::as_str).collect();
    if only.is_empty() {
        return key;
    }
    let words: Vec<&str> = only.into_iter().collect();
    format!("{key}/{}", sha256(words.join("\n").as_bytes()))
}

/// Sends a message unless the last one of the same scope reported the same and is recent. The
/// first message is sent once there is something to report. Returns why the message could not be
/// recorded, if so; without a record the same one may be sent again.
pub(crate) async fn notify(
    url: &SecretString,
    (environment, only): (&str, &[String]),
    drift: &Drift,
    unread: &[System],
    store: Option<&dyn RunStore>,
) -> Result<Option<Advice>, Failure> {
    let url = checked(url)?;
    let key = key(environment, only);
    // A duplicate message is better than none.
    let before = match store {
        Some(store) => store.load(&key).await.ok().flatten(),
        None => None,
    };
    let last: Option<LastMessage> =
        before.as_ref().and_then(|document| serde_json::from_slice(&document.bytes).ok());
    let now = Timestamp::now();
    let Drift { entries, alerts, webhooks_off, invalid, .. } = drift;
    let next = LastMessage {
        entries: entries.clone(),
        alerts: alerts.clone(),
        webhooks_off: webhooks_off.clone(),
        invalid: invalid.clone(),
        unread: unread.to_vec(),
        at: now,
    };
    let quiet = next == LastMessage { at: now, ..LastMessage::default() };
    let is_due = match last {
        None => !quiet,
        Some(last) => (!quiet && last.is_old(now)) || LastMessage { at: now, ..last } != next,
    };
    if !is_due {
        return Ok(None);
    }
    send(url, &message(environment, drift, unread)).await?;
    let saved = serde_json::to_vec(&next).unwrap_or_default();
    let version = before.as_ref().map(|document| document.version.as_str());
    let Some(store) = store else { return Ok(None) };
    // A concurrent run that sent the message has stored it as well.
    let recorded = compare_and_set(store, &key, &saved, version).await;
    Ok(recorded.err().map(|error| Advice::because(&error, error.hint())))
}

fn failed(what: &str, why: &str) -> Failure {
    let hint = "check the address that --notify or RECONCILE_NOTIFY_URL names";
    Failure::failed(format!("{what}: {why}"), hint)
}

/// Parses the address, also where nothing is sent: an error should not wait for the first drift.
fn checked(url: &SecretString) -> Result<Url, Failure> {
    let why = "the address is not an https URL";
    address(url.expose_secret()).map_err(|_| failed("messages about drift cannot be sent", why))
}

/// Posts a text. The URL is a secret: anyone who has it can write to the channel.
async fn send(address: Url, text: &str) -> Result<(), Failure> {
    let failed = |why: String| failed("the message about drift could not be sent", &why);
    let client = crate::systems::http_client(&[&address]);
    let client = client.map_err(|error| failed(error.to_string()))?;
    let body = serde_json::json!({ "text": text });
    let answer = client.post(address).timeout(TIMEOUT).json(&body).send().await;
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(failed(format!("HTTP {}", answer.status().as_u16()))),
        Err(error) if error.is_timeout() => {
            Err(failed(format!("timed out after {} s", TIMEOUT.as_secs())))
        }
        // The error itself contains the URL.
        Err(error) => Err(failed(error.without_url().to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_old(at: &str, now: &str) -> bool {
        let last = LastMessage { at: at.parse().unwrap(), ..LastMessage::default() };
        last.is_old(now.parse().unwrap())
    }

    #[test]
    fn each_scope_has_a_message_of_its_own() {
        let key =
            |only: &[&str]| key("live", &only.iter().map(|&word| word.into()).collect::<Vec<_>>());
        assert_eq!(key(&[]), "drift/live");
        assert_eq!(key(&["b", "a", "b"]), key(&["a", "b"]));
        assert_ne!(key(&["a"]), key(&["b"]));
        assert!(key(&["a"]).starts_with("drift/live/"));
    }

    #[test]
    fn a_reminder_is_due_about_once_a_day() {
        assert!(!is_old("2026-11-20T02:00:00Z", "2026-11-20T21:59:59Z"), "the same day");
        assert!(is_old("2026-11-20T02:00:00Z", "2026-11-20T22:00:00Z"), "20 hours");
        assert!(is_old("2026-11-20T02:00:00Z", "2026-11-21T01:59:59Z"), "a second early");
        assert!(is_old("2026-11-20T23:50:00Z", "2026-11-21T03:00:00Z"), "another day");
        assert!(is_old("2026-11-20T02:10:00Z", "2026-11-20T02:00:00Z"), "the clock was set back");
    }
}
