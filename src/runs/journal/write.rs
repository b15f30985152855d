//! Writes a journal. The call that records a start returns once the start is in the store;
//! ends are written without waiting.

use super::chain::{NOTHING_BEFORE, seal};
use super::event::{JournalEvent, Line};
use crate::model::Advice;
use crate::runs::lease::LeasePermit;
use crate::runs::{AppendError, Batch};
use jiff::{Timestamp, Unit};
use tokio::sync::{mpsc, oneshot};

/// The maximum number of lines in a batch: more than there are concurrent writes.
const LINES_TOGETHER: usize = 64;

/// The journal of one run, shared by all its retailers.
pub(crate) struct Journal {
    queue: mpsc::UnboundedSender<Entry>,
    permit: LeasePermit,
}

/// What to do if the run has lost its lease, or its journal.
const AGAIN: &str = "run the command again";

/// A line to write.
#[derive(Debug)]
struct Entry {
    at: Timestamp,
    event: JournalEvent,
    /// Receives the result, if a caller waits for it.
    reply: Option<oneshot::Sender<Result<(), Advice>>>,
}

impl Entry {
    /// Returns whether it may be written only while the run holds its lease.
    fn is_fenced(&self) -> bool {
        matches!(self.event, JournalEvent::RunStarted(_) | JournalEvent::ActionStarted(_))
    }

    fn answer(&mut self, result: Result<(), Advice>) {
        if let Some(reply) = self.reply.take() {
            // Fails if the caller no longer waits.
            let _ = reply.send(result);
        }
    }
}

impl Journal {
    /// Returns the journal of a run that holds its lease.
    pub(crate) fn new(permit: LeasePermit) -> Journal {
        let (queue, entries) = mpsc::unbounded_channel();
        let writer = Writer {
            permit: permit.clone(),
            n: 0,
            previous: NOTHING_BEFORE.into(),
            backlog: Vec::new(),
            unsure: None,
            stopped: None,
        };
        tokio::spawn(writer.run(entries));
        Journal { queue, permit }
    }

    /// Writes an event. Returns once it is in the store, with all events before it.
    pub(crate) async fn append(&self, event: JournalEvent) -> Result<(), Advice> {
        let (reply, answer) = oneshot::channel();
        self.send(event, Some(reply));
        answer.await.unwrap_or_else(|_| Err(Advice::new("the journal is closed", AGAIN)))
    }

    /// Writes that a request is about to be sent. It may be sent once this succeeds.
    pub(super) async fn start(&self, event: JournalEvent) -> Result<(), Advice> {
        let permitted = || self.permit.check().map_err(|why| Advice::new(why, AGAIN));
        permitted()?;
        let asked_at = self.permit.now();
        self.append(event).await?;
        self.permit.confirmed(asked_at);
        permitted()
    }

    /// Writes an event without waiting for it.
    pub(super) fn note(&self, event: JournalEvent) {
        self.send(event, None);
    }

    fn send(&self, event: JournalEvent, reply: Option<oneshot::Sender<Result<(), Advice>>>) {
        let now = Timestamp::now();
        let at = now.round(Unit::Millisecond).unwrap_or(now);
        // The writer outlives this sender.
        let _ = self.queue.send(Entry { at, event, reply });
    }
}

/// Appends entries to the store, one batch after the other.
struct Writer {
    permit: LeasePermit,
    /// The number of the last line in the store, and its hash.
    n: u64,
    previous: String,
    /// The entries to write next.
    backlog: Vec<Entry>,
    /// A batch that may have been appended, so no other lines may have its numbers.
    unsure: Option<Sealed>,
    /// The first failure, after which nothing may start.
    stopped: Option<Advice>,
}

struct Sealed {
    entries: Vec<Entry>,
    batch: Batch,
    /// The number and the hash of its last line.
    n: u64,
    previous: String,
}

impl Writer {
    async fn run(mut self, mut queue: mpsc::UnboundedReceiver<Entry>) {
        let mut entries = Vec::new();
        while queue.recv_many(&mut entries, LINES_TOGETHER).await > 0 {
            for mut entry in entries.drain(..) {
                match &self.stopped {
                    Some(stopped) if entry.is_fenced() => entry.answer(Err(stopped.clone())),
                    _ => self.backlog.push(entry),
                }
            }
            self.flush().await;
        }
    }

    async fn flush(&mut self) {
        loop {
            let sealed = match self.unsure.take() {
                Some(unsure) => unsure,
                None if self.backlog.is_empty() => return,
                None => self.seal(),
            };
            let Sealed { mut entries, batch, n, previous } = sealed;
            match self.permit.append(&batch).await {
                Ok(()) => {
                    (self.n, self.previous) = (n, previous);
                    entries.iter_mut().for_each(|entry| entry.answer(Ok(())));
                }
                Err(AppendError::Lost) => {
                    let error = Advice::new(self.permit.find_holder().await, AGAIN);
                    entries.retain_mut(|entry| {
                        if entry.is_fenced() {
                            entry.answer(Err(error.clone()));
                        }
                        !entry.is_fenced()
                    });
                    self.stopped.get_or_insert(error);
                    entries.append(&mut self.backlog);
                    self.backlog = entries;
                }
                Err(AppendError::Store(error)) => {
                    let error = Advice::because(&error, error.hint());
                    for entry in entries.iter_mut().chain(&mut self.backlog) {
                        entry.answer(Err(error.clone()));
                    }
                    self.stopped.get_or_insert(error);
                    self.unsure = Some(Sealed { entries, batch, n, previous });
                    return;
                }
            }
        }
    }

    /// Links the next entries to the chain.
    fn seal(&mut self) -> Sealed {
        let (mut n, mut previous) = (self.n, self.previous.clone());
        let entries = std::mem::take(&mut self.backlog);
        let is_fenced = entries.iter().any(Entry::is_fenced);
        let mut lines = String::new();
        for Entry { at, event, .. } in &entries {
            n += 1;
            let line = Line { n, at: *at, previous, event: event.clone() };
            let (text, hash) = seal(&line).expect("an event is plain JSON");
            lines.push_str(&text);
            lines.push('\n');
            previous = hash;
        }
        Sealed { entries, batch: Batch { first: self.n + 1, lines, is_fenced }, n, previous }
    }
}
