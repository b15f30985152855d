//! Copies journals from one store into another.

use super::chain::Chain;
use super::event::JournalEvent;
use super::read::Journals;
use crate::exit::Failure;
use crate::runs::{AppendError, Batch, Run, RunStore};

/// The number of journals in the source, and how many of them were copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Imported {
    pub found: usize,
    pub copied: usize,
}

/// Copies the journals that the target does not have. An incomplete last line is omitted.
pub(crate) async fn import(
    from: &dyn RunStore,
    to: &dyn RunStore,
    there: &Journals<'_>,
) -> Result<Imported, Failure> {
    let mut imported = Imported::default();
    let journals = Journals::open(from).await?;
    for run_id in journals.runs().iter().rev() {
        let past = journals.read(run_id).await?;
        let place = past.place;
        if let Chain::Broken(broken) = past.parsed.chain {
            return Err(broken.failure(&place));
        }
        imported.found += 1;
        if there.runs().contains(run_id) {
            let other = there.read(run_id).await?;
            if other.parsed.lines != past.parsed.lines {
                let other = other.place;
                return Err(Failure::failed(
                    format!("{place} and {other} are different journals of the same run"),
                    "only one can be right: check which one the run wrote",
                ));
            }
            continue;
        }
        let bytes = from.read(run_id).await?.bytes;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines = String::from_utf8_lossy(&bytes[..whole]).into_owned();
        let started = past.parsed.lines.first().map(|line| &line.event);
        let Some(JournalEvent::RunStarted(started)) = started else { continue };
        let run = Run {
            environment: started.environment.clone(),
            run_id: run_id.clone(),
            token: started.token.unwrap_or_default(),
        };
        match to.import(&run, &Batch { first: 1, lines, is_fenced: false }).await {
            Ok(()) => imported.copied += 1,
            Err(AppendError::Store(error)) => return Err(error.into()),
            // An import does not check the token.
            Err(AppendError::Lost) => continue,
        }
    }
    Ok(imported)
}
