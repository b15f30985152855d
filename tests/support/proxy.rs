//! A TCP proxy that cuts the answer to a request after it has reached the server, delays
//! what passes, or lets nothing pass.

#![allow(dead_code, reason = "not every test binary uses all of it")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A proxy before one server of this machine. It ends with the test binary.
pub(crate) struct Proxy {
    port: u16,
    cuts: Arc<Mutex<Cuts>>,
    line: Arc<Line>,
}

/// How the line to the server is.
#[derive(Default)]
struct Line {
    is_down: AtomicBool,
    delay_ms: AtomicU64,
}

/// Whose answers are cut.
#[derive(Default)]
struct Cuts {
    /// What a request has in it.
    needle: Vec<u8>,
    /// How many more are cut.
    left: usize,
}

impl Proxy {
    /// Starts a proxy before a port of this machine.
    pub(crate) fn before(server: u16) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let cuts = Arc::new(Mutex::new(Cuts::default()));
        let all = Arc::clone(&cuts);
        let line = Arc::new(Line::default());
        let same_line = Arc::clone(&line);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if same_line.is_down.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let cuts = Arc::clone(&all);
                let line = Arc::clone(&same_line);
                std::thread::spawn(move || pass(&client, &server, &cuts, &line));
            }
        });
        Proxy { port, cuts, line }
    }

    /// The port that clients connect to.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Cuts the answers to the next requests that have this in them.
    pub(crate) fn cut(&self, needle: &str, times: usize) {
        *self.cuts.lock().unwrap() = Cuts { needle: needle.into(), left: times };
    }

    /// Lets nothing pass any more, or all again.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.line.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Delays what passes, in each direction.
    pub(crate) fn delay(&self, milliseconds: u64) {
        self.line.delay_ms.store(milliseconds, Ordering::SeqCst);
    }

    /// How many answers are still to be cut.
    pub(crate) fn left(&self) -> usize {
        self.cuts.lock().unwrap().left
    }
}

/// Passes bytes on in both directions until a side ends or an answer is cut.
fn pass(client: &TcpStream, server: &TcpStream, cuts: &Mutex<Cuts>, line: &Line) {
    let may_pass = || {
        std::thread::sleep(Duration::from_millis(line.delay_ms.load(Ordering::SeqCst)));
        !line.is_down.load(Ordering::SeqCst)
    };
    let is_cut = Mutex::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            copy(client, server, |bytes| {
                let mut cuts = cuts.lock().unwrap();
                let hit = cuts.left > 0
                    && bytes.windows(cuts.needle.len()).any(|window| window == cuts.needle);
                if hit {
                    cuts.left -= 1;
                    *is_cut.lock().unwrap() = true;
                }
                drop(cuts);
                may_pass()
            });
        });
        // The server has answered, so what was asked is done.
        copy(server, client, |_| !*is_cut.lock().unwrap() && may_pass());
    });
}

fn copy(mut from: &TcpStream, mut to: &TcpStream, may_pass: impl Fn(&[u8]) -> bool) {
    let mut bytes = [0; 65536];
    while let Ok(count) = from.read(&mut bytes) {
        if count == 0 || !may_pass(&bytes[..count]) || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
