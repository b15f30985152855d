//! The contents of objects, read with one run of `git cat-file`.
//!
//! # Design
//!
//! With `--filters`, the size that `git cat-file --batch` prints is that of the object, not
//! of the following content (git 2.47, tried 2026-11-26). So after each object a
//! nonexistent one is requested, and the response to that marks the end. Its name is
//! random, so that no content can contain it.

use super::GitError;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};

/// The maximum size of one read: several retailer files.
const CHUNK: u64 = 64 * 1024;

/// A running `git cat-file --batch`.
pub(super) struct Objects {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    messages: Option<JoinHandle<String>>,
    mark: String,
}

impl Objects {
    pub(super) fn start(command: &mut Command) -> Result<Objects, GitError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| failed(error.to_string()))?;
        let mark = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(GitError::NoGit)?;
        let requests = child.stdin.take();
        let (Some(answers), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(failed("its output cannot be read".to_owned()));
        };
        let messages = Some(thread::spawn(move || {
            let mut bytes = Vec::new();
            // Whatever could be read of the messages is shown.
            let _ = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).trim().to_owned()
        }));
        Ok(Objects { child, requests, answers: BufReader::new(answers), messages, mark })
    }

    /// Reads objects in this order, each requested by a line. An object longer than `most` bytes
    /// may be truncated to more than that, so that its length shows it.
    pub(super) fn read(
        &mut self,
        names: &[Vec<u8>],
        most: usize,
    ) -> Result<Vec<Vec<u8>>, GitError> {
        let mut lines = Vec::new();
        for name in names {
            lines.extend_from_slice(name);
            lines.extend_from_slice(format!("\n{}\n", self.mark).as_bytes());
        }
        let Some(mut requests) = self.requests.take() else {
            return Err(self.failure("it has ended".to_owned()));
        };
        let tail = format!("\n{} missing\n", self.mark);
        let answers = &mut self.answers;
        let (written, read) = thread::scope(|scope| {
            // `git` responds before it has read all requests, so writing must not block
            // reading.
            let writer = scope.spawn(move || {
                let written = requests.write_all(&lines).and_then(|()| requests.flush());
                written.map(|()| requests)
            });
            let read: io::Result<Vec<Vec<u8>>> =
                names.iter().map(|_| object(answers, tail.as_bytes(), most)).collect();
            (writer.join(), read)
        });
        match (written, read) {
            (Ok(Ok(requests)), Ok(contents)) => {
                self.requests = Some(requests);
                Ok(contents)
            }
            (_, Err(error)) | (Ok(Err(error)), Ok(_)) => Err(self.failure(error.to_string())),
            (Err(panic), _) => std::panic::resume_unwind(panic),
        }
    }

    /// Returns why `git` failed: its own message if there is one.
    fn failure(&mut self, why: String) -> GitError {
        // No further response is expected.
        let _ = self.child.kill();
        let messages = self.messages.take().and_then(|messages| messages.join().ok());
        failed(messages.filter(|messages| !messages.is_empty()).unwrap_or(why))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        drop(self.requests.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn failed(message: String) -> GitError {
    GitError::Failed { command: "cat-file".into(), message }
}

/// Parses `<object> <type> <size> LF <contents> LF <mark> missing LF`.
fn object(answers: &mut impl BufRead, tail: &[u8], most: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    answers.take(CHUNK).read_until(b'\n', &mut head)?;
    if !head.ends_with(b"\n") || head.ends_with(b" missing\n") {
        return Err(io::Error::other("an object is missing"));
    }
    let mut bytes = Vec::new();
    loop {
        if answers.take(CHUNK).read_until(b'\n', &mut bytes)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if bytes.ends_with(tail) {
            bytes.truncate(bytes.len() - tail.len());
            return Ok(bytes);
        }
        let (kept, end) = (most + 1, bytes.len().saturating_sub(tail.len()));
        if kept < end {
            bytes.drain(kept..end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::object;

    #[test]
    fn an_object_ends_at_the_mark_and_a_long_one_is_cut() {
        let tail = b"\nm missing\n";
        let read = |answer: &[u8], most| object(&mut &*answer, tail, most);
        assert_eq!(read(b"1 blob 3\na\nm\nm missing\n", 9).unwrap(), b"a\nm");
        assert_eq!(read(b"1 blob 0\n\nm missing\n", 9).unwrap(), b"");
        let long = [b"1 blob 3\n", "x".repeat(500_000).as_bytes(), tail].concat();
        let long = read(&long, 9).unwrap();
        assert!(long.len() > 9 && long.len() < 30, "{}", long.len());
        assert!(read(b"1 missing\nm missing\n", 9).is_err());
        assert!(read(b"1 blob 3\nabc\n", 9).is_err(), "no mark");
    }
}
