//! Run records in an S3-compatible store.
//!
//! Objects below the prefix:
//!
//! | key | what | written |
//! |---|---|---|
//! | `KEY.json` | a document | with `If-None-Match: *` or `If-Match` |
//! | `runs/RUN.json` | a run, and where its part of the sequence begins | once |
//! | `environments/ENVIRONMENT/RUN.json` | the same | once, before |
//! | `log/ENVIRONMENT/NUMBER` | the fence of a run, or lines with a start | once, in order |
//! | `ends/RUN/FIRST` | lines without a start | once |
//! | `clock` | nothing; its time is the store's | repeatedly |
//!
//! The metadata of each object contains the id of the attempt that wrote it and its run. A
//! create that is refused although the object does not exist is sent again: the library
//! reports a conflict of two requests as "already exists", too.

use super::document::Patience;
use super::{
    AppendError, Batch, Document, JournalText, PATIENCE, Put, Run, RunStore, StoreError, id,
    segment,
};
use crate::systems::http::Redactor;
use crate::systems::innermost;
use async_trait::async_trait;
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
    UpdateVersion,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long one request may take: each transfers a few kilobytes.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How many objects are read at once: few enough that a store does not throttle the requests.
const AT_ONCE: u64 = 16;

const ATTEMPT: Attribute = Attribute::Metadata(std::borrow::Cow::Borrowed("attempt"));
const RUN: Attribute = Attribute::Metadata(std::borrow::Cow::Borrowed("run"));

/// Run records in a bucket.
pub(crate) struct S3Store {
    objects: AmazonS3,
    prefix: String,
    place: String,
    redactor: Redactor,
    /// The position of this process in the sequence, once it has fenced it.
    position: Mutex<Option<Position>>,
}

/// The position of a run in its environment's sequence.
#[derive(Clone, Copy, Debug)]
struct Position {
    /// The number of its fence.
    fence: u64,
    /// The number of its next object.
    next: u64,
}

/// The index entry of a run that has a journal.
#[derive(Debug, Serialize, Deserialize)]
struct RunIndex {
    environment: String,
    /// The number of its fence; `None` for an imported run, which is not in the sequence.
    first: Option<u64>,
}

/// An object with its metadata.
struct Object {
    bytes: Vec<u8>,
    etag: String,
    modified: Timestamp,
    attempt: String,
    run: String,
}

impl S3Store {
    /// Returns the store of a bucket, without connecting to it.
    pub(crate) fn new(
        objects: AmazonS3,
        prefix: String,
        place: String,
        redactor: Redactor,
    ) -> S3Store {
        S3Store { objects, prefix, place, redactor, position: Mutex::new(None) }
    }

    fn path(&self, key: &str) -> Path {
        Path::from(format!("{}{key}", self.prefix))
    }

    fn error(&self, what: &'static str, error: &Error) -> StoreError {
        let text = innermost(error);
        let why = self.redactor.message(&without_answer(&text));
        StoreError { remedy: remedy(error, &text), ..self.failed(what, why) }
    }

    fn failed(&self, what: &'static str, why: impl Into<String>) -> StoreError {
        StoreError::new(self.place.clone(), what, why)
    }

    /// Waits for a response within the time limit.
    async fn within<T>(
        &self,
        what: &'static str,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<Result<T, Error>, StoreError> {
        match tokio::time::timeout(TIMEOUT, call).await {
            Ok(answer) => Ok(answer),
            Err(_) => Err(self.failed(what, format!("no response within {} s", TIMEOUT.as_secs()))),
        }
    }

    /// Reads an object, retrying failed reads.
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError> {
        let path = self.path(key);
        let patience = Patience::new(PATIENCE);
        loop {
            let read = async {
                let found = self.objects.get(&path).await?;
                let attribute = |name: &Attribute| {
                    found.attributes.get(name).map(|value| value.to_string()).unwrap_or_default()
                };
                let (attempt, run) = (attribute(&ATTEMPT), attribute(&RUN));
                let etag = found.meta.e_tag.clone().unwrap_or_default();
                let modified = found.meta.last_modified.timestamp_micros();
                let bytes = found.bytes().await?.to_vec();
                let modified = Timestamp::from_microsecond(modified).unwrap_or(Timestamp::MAX);
                Ok(Object { bytes, etag, modified, attempt, run })
            };
            let error = match self.within("read", read).await {
                Ok(Ok(object)) => return Ok(Some(object)),
                Ok(Err(error @ Error::NotFound { .. }))
                    if code(&innermost(&error)) != Some(NO_BUCKET) =>
                {
                    return Ok(None);
                }
                Ok(Err(error)) => self.error("read", &error),
                Err(error) => error,
            };
            patience.pause_after(error).await?;
        }
    }

    /// Sends one write, once. Returns its ETag, or `None` if the condition is not met.
    async fn send(
        &self,
        key: &str,
        bytes: &[u8],
        mode: PutMode,
        attempt: &str,
        run: &str,
    ) -> Result<Option<String>, StoreError> {
        let attributes = [(ATTEMPT, attempt), (RUN, run)];
        let attributes: Attributes =
            attributes.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        let path = self.path(key);
        let put = self.objects.put_opts(&path, PutPayload::from(bytes.to_vec()), options);
        match self.within("written", put).await? {
            Ok(done) => Ok(Some(done.e_tag.unwrap_or_default())),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(None),
            Err(error) => Err(self.error("written", &error)),
        }
    }

    /// Creates an object that is never changed. Returns the run of the one that exists
    /// instead; the same bytes of the same run are from an earlier call that was cancelled.
    async fn create(
        &self,
        key: &str,
        bytes: &[u8],
        run: &str,
    ) -> Result<Result<(), String>, StoreError> {
        let attempt = id::attempt();
        let patience = Patience::new(PATIENCE);
        loop {
            let error = match self.send(key, bytes, PutMode::Create, &attempt, run).await {
                Ok(Some(_)) => return Ok(Ok(())),
                Ok(None) => None,
                Err(error) => Some(error),
            };
            match self.get(key).await? {
                Some(found) if found.attempt == attempt => return Ok(Ok(())),
                Some(found) if found.run == run && found.bytes == bytes => return Ok(Ok(())),
                Some(found) => return Ok(Err(found.run)),
                None => {}
            }
            let error = error.unwrap_or_else(|| {
                self.failed("written", "the store rejects a new object, but has none of that name")
            });
            patience.pause_after(error).await?;
        }
    }

    /// Returns the names of the objects in a folder that sort after `after`, sorted.
    async fn names(&self, folder: &str, after: Option<&str>) -> Result<Vec<String>, StoreError> {
        let path = self.path(folder);
        let offset = after.map(|after| self.path(&format!("{folder}/{after}")));
        let patience = Patience::new(PATIENCE);
        loop {
            let listed = match &offset {
                Some(offset) => self.objects.list_with_offset(Some(&path), offset),
                None => self.objects.list(Some(&path)),
            };
            let listed = listed
                .map_ok(|meta| meta.location.filename().unwrap_or_default().to_owned())
                .try_collect::<Vec<String>>();
            // A long list takes many requests.
            match tokio::time::timeout(PATIENCE, listed).await {
                Ok(Ok(mut names)) => {
                    names.sort();
                    return Ok(names);
                }
                Ok(Err(error)) => patience.pause_after(self.error("read", &error)).await?,
                Err(_) => return Err(self.failed("read", "listing objects took too long")),
            }
        }
    }

    async fn write_index(&self, run: &Run, index: &RunIndex) -> Result<(), AppendError> {
        let index = serde_json::to_vec(index).expect("an index is plain JSON");
        for folder in [of_environment(&run.environment), "runs".into()] {
            let key = format!("{folder}/{}.json", run.run_id);
            // No other run has this id.
            let _ = self.create(&key, &index, &named(run)).await?;
        }
        Ok(())
    }

    async fn index(&self, run_id: &str) -> Result<Option<RunIndex>, StoreError> {
        let Some(object) = self.get(&format!("runs/{run_id}.json")).await? else {
            return Ok(None);
        };
        serde_json::from_slice(&object.bytes)
            .map(Some)
            .map_err(|error| self.failed("read", format!("the run {run_id}: {error}")))
    }
}

/// The folder of an environment's runs.
fn of_environment(environment: &str) -> String {
    format!("environments/{}", segment(environment))
}

/// The folder of an environment's sequence.
fn log(environment: &str) -> String {
    format!("log/{}", segment(environment))
}

/// Formats a number so that it sorts as text: u64 has up to 20 digits.
fn numbered(number: u64) -> String {
    format!("{number:020}")
}

/// Parses the token in the metadata of an object.
fn token(run: &str) -> u64 {
    run.split_once(' ').and_then(|(token, _)| token.parse().ok()).unwrap_or_default()
}

/// Returns a run and its token, for the metadata of an object.
fn named(run: &Run) -> String {
    format!("{} {}", run.token, run.run_id)
}

#[async_trait]
impl RunStore for S3Store {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn load(&self, key: &str) -> Result<Option<Document>, StoreError> {
        let object = self.get(&format!("{key}.json")).await?;
        Ok(object.map(|Object { bytes, etag, modified, attempt, run: _ }| Document {
            bytes,
            version: etag,
            attempt,
            modified,
        }))
    }

    async fn put(&self, key: &str, put: Put<'_>) -> Result<Option<String>, StoreError> {
        let mode = match put.expected {
            None => PutMode::Create,
            Some(etag) => {
                PutMode::Update(UpdateVersion { e_tag: Some(etag.into()), version: None })
            }
        };
        self.send(&format!("{key}.json"), put.bytes, mode, put.attempt, "").await
    }

    async fn list(&self, under: &str) -> Result<Vec<String>, StoreError> {
        let names = self.names(under.trim_end_matches('/'), None).await?;
        let keys = names.iter().filter_map(|name| name.strip_suffix(".json"));
        // The library encodes characters that a path must not contain.
        Ok(keys.map(|name| format!("{under}{}", name.replace("%25", "%"))).collect())
    }

    async fn clock(&self) -> Result<Timestamp, StoreError> {
        let patience = Patience::new(PATIENCE);
        // This write is unconditional, so it can be retried.
        while let Err(error) = self.send("clock", b"", PutMode::Overwrite, "", "").await {
            patience.pause_after(error).await?;
        }
        let written = self.get("clock").await?;
        let written = written.ok_or_else(|| self.failed("read", "it does not keep its clock"))?;
        Ok(written.modified)
    }

    async fn fence(&self, run: &Run) -> Result<(), AppendError> {
        let log = log(&run.environment);
        // Searches the end of the sequence from the newest run that is part of it.
        let mut after = None;
        for newest in self.runs(Some(&run.environment)).await?.iter().rev() {
            if let Some(RunIndex { first: Some(fence), .. }) = self.index(newest).await? {
                after = Some(numbered(fence));
                break;
            }
        }
        let names = self.names(&log, after.as_deref()).await?;
        let last = names.last().or(after.as_ref()).and_then(|name| name.parse::<u64>().ok());
        let mut number = last.unwrap_or(0) + 1;
        loop {
            let key = format!("{log}/{}", numbered(number));
            match self.create(&key, b"", &named(run)).await? {
                Ok(()) => break,
                Err(other) if token(&other) > run.token => return Err(AppendError::Lost),
                // The last start of a run that has lost its lease.
                Err(_) => number += 1,
            }
        }
        *self.position.lock().await = Some(Position { fence: number, next: number + 1 });
        Ok(())
    }

    async fn append(&self, run: &Run, batch: &Batch) -> Result<(), AppendError> {
        if !batch.is_fenced {
            let key = format!("ends/{}/{}", run.run_id, numbered(batch.first));
            // No other process writes lines of this run.
            let _ = self.create(&key, batch.lines.as_bytes(), &named(run)).await?;
            return Ok(());
        }
        let mut position = self.position.lock().await;
        let Some(Position { fence, next }) = *position else { return Err(AppendError::Lost) };
        if batch.first == 1 {
            let index = RunIndex { environment: run.environment.clone(), first: Some(fence) };
            self.write_index(run, &index).await?;
        }
        let key = format!("{}/{}", log(&run.environment), numbered(next));
        match self.create(&key, batch.lines.as_bytes(), &named(run)).await? {
            Ok(()) => {
                *position = Some(Position { fence, next: next + 1 });
                Ok(())
            }
            Err(_) => {
                *position = None;
                Err(AppendError::Lost)
            }
        }
    }

    async fn import(&self, run: &Run, batch: &Batch) -> Result<(), AppendError> {
        self.append(run, batch).await?;
        let index = RunIndex { environment: run.environment.clone(), first: None };
        self.write_index(run, &index).await
    }

    async fn runs(&self, environment: Option<&str>) -> Result<Vec<String>, StoreError> {
        let folder = environment.map_or_else(|| "runs".into(), of_environment);
        let names = self.names(&folder, None).await?;
        Ok(names.iter().filter_map(|name| name.strip_suffix(".json")).map(str::to_owned).collect())
    }

    /// Reads the journal of a run, which may be writing it: an end may already exist while a
    /// line of the sequence before it does not. So both are read until no line is missing, or
    /// until nothing new is found.
    async fn read(&self, run_id: &str) -> Result<JournalText, StoreError> {
        let place = format!("the journal of {run_id} in {}", self.place);
        let index = self.index(run_id).await?;
        let mut next = index.and_then(|index| Some((log(&index.environment), index.first? + 1)));
        let folder = format!("ends/{run_id}");
        let mut last_end: Option<String> = None;
        let mut parts: Vec<(u64, Vec<u8>)> = Vec::new();
        // Most journals are short, and many are read concurrently.
        let mut at_once = 2;
        loop {
            let known = parts.len();
            while let Some((log, next)) = &mut next {
                let log = &*log;
                let read = (*next..*next + at_once).map(|number| async move {
                    self.get(&format!("{log}/{}", numbered(number))).await
                });
                // The sequence has no gaps: a run's part ends with the start of another's, or
                // with its last object.
                let found = try_join_all(read).await?;
                let own = found
                    .into_iter()
                    .map_while(|object| object.filter(|object| object.run.ends_with(run_id)));
                let known = parts.len();
                parts.extend(own.map(|object| (number(&object.bytes), object.bytes)));
                let new = (parts.len() - known) as u64;
                *next += new;
                if new < at_once {
                    break;
                }
                at_once = (2 * at_once).min(AT_ONCE);
            }
            let names = self.names(&folder, last_end.as_deref()).await?;
            last_end = names.last().cloned().or(last_end);
            let folder = &folder;
            let mut objects = stream::iter(names)
                .map(|name| async move { self.get(&format!("{folder}/{name}")).await })
                .buffered(AT_ONCE as usize);
            while let Some(object) = objects.try_next().await? {
                parts.extend(object.map(|object| (number(&object.bytes), object.bytes)));
            }
            parts.sort();
            if is_gapless(&parts) || parts.len() == known {
                let bytes = parts.into_iter().flat_map(|(_, bytes)| bytes).collect();
                return Ok(JournalText { bytes, place, is_locked: false });
            }
        }
    }
}

/// Returns whether each part begins where the one before it ends.
fn is_gapless(parts: &[(u64, Vec<u8>)]) -> bool {
    let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    parts.windows(2).all(|pair| pair[0].0 + lines(&pair[0].1) == pair[1].0)
}

/// Returns the number of the first of a journal's lines.
fn number(lines: &[u8]) -> u64 {
    #[derive(Deserialize)]
    struct Line {
        n: u64,
    }
    let first = lines.split(|byte| *byte == b'\n').next().unwrap_or_default();
    serde_json::from_slice::<Line>(first).map_or(u64::MAX, |line| line.n)
}

/// The code of an answer about a bucket that does not exist.
const NO_BUCKET: &str = "NoSuchBucket";

/// Returns what to change if the store would respond the same again. For what it answers to a
/// listing the library has no error of its own, so the text counts, too.
fn remedy(error: &Error, text: &str) -> Option<&'static str> {
    let is_refused = ["401", "403"].iter().any(|of| text.contains(&format!("status code: {of}")));
    match (code(text), error) {
        (Some(NO_BUCKET), _) | (_, Error::NotFound { .. }) => {
            Some("create the bucket, or correct its name in `state.s3`")
        }
        (Some("ExpiredToken" | "InvalidToken"), _)
        | (_, Error::PermissionDenied { .. } | Error::Unauthenticated { .. }) => Some(CREDENTIALS),
        _ => is_refused.then_some(CREDENTIALS),
    }
}

const CREDENTIALS: &str = "check the credentials, which need s3:GetObject, s3:PutObject and \
     s3:ListBucket, and this machine's clock, which requests are signed with";

/// Returns what a tag of the store's answer in the text of an error holds.
fn within<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{tag}>"))?;
    Some(rest.split_once('<')?.0)
}

/// Returns the code of the store's answer.
fn code(text: &str) -> Option<&str> {
    within(text, "Code")
}

/// Returns the text of an error with the code and the message of the store's answer instead of the
/// answer: it may repeat credentials.
fn without_answer(text: &str) -> String {
    match (text.split_once('<'), code(text), within(text, "Message")) {
        (Some((before, _)), Some(code), Some(message)) => format!("{before}{code}: {message}"),
        (Some((before, _)), Some(code), None) => format!("{before}{code}"),
        _ => text.trim_end_matches([':', ' ', '\n']).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, innermost, remedy, without_answer};

    #[test]
    fn what_a_store_refuses_for_good_has_a_remedy() {
        let of = |status: &str, code: &str| {
            let source = format!(
                "Server returned non-2xx status code: {status}: <Error><Code>{code}</Code></Error>"
            );
            let error = Error::Generic { store: "S3", source: source.into() };
            remedy(&error, &innermost(&error))
        };
        for (status, code) in [
            ("403 Forbidden", "AccessDenied"),
            ("401 Unauthorized", ""),
            ("400 Bad Request", "ExpiredToken"),
        ] {
            assert!(of(status, code).unwrap().starts_with("check the credentials"), "{code}");
        }
        assert!(of("404 Not Found", "NoSuchBucket").unwrap().starts_with("create the bucket"));
        assert_eq!(of("503 Service Unavailable", "SlowDown"), None);
    }

    #[test]
    fn an_answer_is_shown_by_its_code_and_message_alone() {
        let answer = "<?xml version=\"1.0\"?>\n<Error><Code>ExpiredToken</Code><Message>It has \
                      expired.</Message><Token-0>FwoG</Token-0></Error>";
        let shown = without_answer(&format!("400 Bad Request: {answer}"));
        assert_eq!(shown, "400 Bad Request: ExpiredToken: It has expired.");
        for text in ["connection refused", "a < b"] {
            assert_eq!(without_answer(text), text);
        }
        assert_eq!(without_answer("403 Forbidden: <Code>a</Code>"), "403 Forbidden: a");
        assert_eq!(without_answer("503 Service Unavailable: "), "503 Service Unavailable");
    }
}
