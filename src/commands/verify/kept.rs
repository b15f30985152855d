//! The file that holds a retailer's probe between runs, and the lock that keeps a second
//! verification of the retailer out.

use crate::exit::Failure;
use crate::files::{self, Readers};
use crate::verify::{FORMAT_VERSION, Probe};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Where a retailer's probe is kept, while nobody else may verify the retailer.
pub(crate) struct Kept {
    path: PathBuf,
    /// Released when the process ends, however it ends.
    _lock: File,
}

/// The folder of an environment's probes.
pub(crate) fn folder(state: &Path, environment: &str) -> PathBuf {
    files::of_environment(state, "probes", environment)
}

impl Kept {
    /// Takes the lock.
    pub(crate) fn open(state: &Path, environment: &str, slug: &str) -> Result<Kept, Failure> {
        let folder = folder(state, environment);
        let lock = folder.join(format!("{slug}.lock"));
        files::private_folder(&folder).map_err(|error| cannot("written", &folder, &error))?;
        let file = files::lock_file(&lock).map_err(|error| cannot("written", &lock, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Kept { path: folder.join(format!("{slug}.json")), _lock: file }),
            Err(TryLockError::WouldBlock) => Err(Failure::failed(
                format!("another verification of `{slug}` is running here"),
                "wait until it has ended, or stop it, then run this one again",
            )),
            Err(TryLockError::Error(error)) => Err(cannot("locked", &lock, &error)),
        }
    }

    /// Reads the probe; `None` where there is none.
    pub(crate) fn load(&self) -> Result<Option<Probe>, Failure> {
        let text = match files::input::read_text(&self.path, files::input::MOST_TEXT) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot("read", &self.path, &error)),
        };
        let wrong = |why: String| {
            Failure::failed(
                format!("`{}` is no probe: {why}", self.path.display()),
                "look whether it names a label that was made, then take the file away",
            )
        };
        let probe: Probe = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if probe.format_version != FORMAT_VERSION {
            return Err(wrong(format!("it has the format {}", probe.format_version)));
        }
        Ok(Some(probe))
    }

    /// Writes the probe, all of it or nothing. It is on the disk when this returns.
    pub(crate) fn save(&self, probe: &Probe) -> Result<(), Failure> {
        let mut json = Vec::new();
        let saved = crate::render::json::write(probe, &mut json)
            .and_then(|()| files::overwrite(&self.path, &json, Readers::Owner));
        saved.map_err(|error| cannot("written", &self.path, &error))
    }

    /// Puts back what was kept before a request that had no effect.
    pub(crate) fn put_back(&self, probe: Option<&Probe>) -> Result<(), Failure> {
        match probe {
            Some(probe) => self.save(probe),
            None => fs::remove_file(&self.path)
                .map_err(|error| cannot("taken away", &self.path, &error)),
        }
    }
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::failed(
        format!("`{}` cannot be {what}: {error}", path.display()),
        "check the folder; without it a label could be made twice, so nothing is sent",
    )
}
