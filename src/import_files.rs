//! Writes the result of an import: new retailer files, and ids in existing ones.

use crate::config::Sources;
use crate::console::{print, print_failure, stderr};
use crate::exit::Failure;
use crate::files::{self, Readers};
use crate::import::pin::Pin;
use crate::import::{Census, Draft, Import, ImportInput, NotFound, import, shown_ids};
use crate::model::Retailer;
use crate::render::import as show;
use crate::scope;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The files to write, and the result.
#[derive(Default)]
pub(crate) struct ImportFiles {
    pub folder: PathBuf,
    /// Whether to print the files instead of writing them.
    pub is_dry: bool,
    pub wrote: usize,
    pub pinned: usize,
    pub left_out: usize,
    /// Whether something that was requested was not done.
    pub is_short: bool,
}

impl ImportFiles {
    /// Writes a file for each live retailer that no file declares, or for the named ones.
    pub(crate) fn import(
        &mut self,
        input: &ImportInput,
        names: &[&str],
        quiet: bool,
    ) -> Result<(), Failure> {
        let Import { drafts, left_out } = import(input, names);
        self.left_out = left_out.len();
        self.is_short |= !names.is_empty() && !left_out.is_empty();
        if !quiet || self.is_short {
            let mut stderr = stderr();
            let _ = left_out.iter().try_for_each(|of| show::left_out(of, &mut stderr));
        }
        for Draft { retailer, text, .. } in &drafts {
            if !self.is_dry {
                let path = self.folder.join(format!("{}.yaml", retailer.slug));
                // A project may be without the folder until its first retailer.
                fs::create_dir_all(&self.folder)
                    .and_then(|()| files::create(&path, text.as_bytes(), Readers::Usual))
                    .map_err(|error| cannot(&retailer.file, &error))?;
            }
            self.wrote += 1;
            let ids = shown_ids(retailer.ids.iter());
            let done = if self.is_dry { "would write" } else { "wrote" };
            print(|out| show::file(done, &retailer.file, &retailer.name, &ids, out))?;
        }
        Ok(())
    }

    /// Adds ids to files: to all of them, or to none if one cannot be written.
    pub(crate) fn pin(&mut self, pins: &[Pin], read: &Sources) -> Result<(), Failure> {
        let read = read.retailers.iter().map(|source| (source.path.as_str(), &*source.bytes));
        let read: BTreeMap<&str, &[u8]> = read.collect();
        let before = |file: &str| read.get(file).copied().unwrap_or_default();
        for Pin { file, .. } in pins.iter().filter(|_| !self.is_dry) {
            files::check_replaceable(Path::new(file), before(file))
                .map_err(|error| cannot(file, &error))?;
        }
        for Pin { file, name, ids, text } in pins {
            if !self.is_dry {
                files::replace(Path::new(file), before(file), text)
                    .map_err(|error| cannot(file, &error))?;
            }
            self.pinned += 1;
            let ids = shown_ids(ids.iter());
            let done = if self.is_dry { "would pin" } else { "pinned" };
            print(|out| show::file(done, file, name, &ids, out))?;
        }
        Ok(())
    }

    /// Reports files whose ids cannot be added.
    pub(crate) fn refuse(&mut self, files: &[String]) {
        for file in files {
            self.is_short = true;
            print_failure(&Failure::failed(
                format!("{file} was not changed: its ids cannot be added without touching more"),
                "write `ids` there as a mapping, one id per line, or add them by hand",
            ));
        }
    }
}

fn cannot(file: &str, error: &io::Error) -> Failure {
    Failure::failed(
        format!("{file} cannot be written: {error}"),
        "check the folder and the file, then import again",
    )
}

/// Refuses words, as typed, that mean two retailers.
pub(crate) fn check_words<'a>(
    words: impl IntoIterator<Item = &'a String>,
    census: &Census,
) -> Result<(), Failure> {
    for word in words {
        if let Some((records, other)) = census.two_of(word) {
            return Err(Failure::usage(
                format!(
                    "`{word}` means two retailers: it is the name of one ({records}) and the \
                     OmniRPS id of `{other}`"
                ),
                format!("give the OmniRPS id of the one, `{other}` for the other"),
            ));
        }
    }
    Ok(())
}

/// Returns the files of declared retailers among the names, which only `--pin` accepts.
pub(crate) fn named_files(
    names: &[&str],
    census: &Census,
    fleet: &[Retailer],
    pin: bool,
) -> Result<BTreeSet<String>, Failure> {
    let mut files = BTreeSet::new();
    for name in names {
        let declared = fleet.iter().find(|retailer| scope::is_named(retailer, name));
        let file = match (declared, census.find(name)) {
            (_, Ok(())) => continue,
            (Some(retailer), Err(_)) => retailer.file.clone(),
            (None, Err(NotFound::Declared { file })) => file,
            (None, Err(NotFound::Unknown { close })) => {
                return Err(Failure::unknown(
                    format!("no live retailer is called `{name}`"),
                    close,
                    "give the name or the id as it is in OmniRPS",
                ));
            }
        };
        if !pin {
            return Err(Failure::usage(
                format!("`{name}` is declared already, by {file}"),
                "leave it out; --pin adds ids to existing files",
            ));
        }
        files.insert(file);
    }
    Ok(files)
}
