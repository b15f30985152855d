//! A TCP proxy that loses a request before it reaches the server, cuts or holds the
//! response to one that has, delays traffic, or blocks it.

#![allow(dead_code, reason = "not every test binary uses all of it")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A proxy in front of one server of this machine. It ends with the test binary.
pub(crate) struct Proxy {
    port: u16,
    faults: Arc<Mutex<Faults>>,
    line: Arc<Line>,
}

/// The state of the connection to the server.
#[derive(Default)]
struct Line {
    is_down: AtomicBool,
    delay_ms: AtomicU64,
    /// Whether a response is held back.
    is_held: AtomicBool,
    /// All bytes that clients have sent.
    sent: Mutex<Vec<u8>>,
}

/// What happens to some requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request does not reach the server.
    Lost,
    /// The request reaches the server, and the response does not come back.
    Cut,
    /// The same, while the connection stays open.
    Held,
}

/// Which requests are affected.
#[derive(Default)]
struct Faults {
    /// A request is affected if it contains one of these.
    needles: Vec<Vec<u8>>,
    /// The number of affected requests to let pass first.
    skipped: usize,
    /// The number of requests still to affect.
    left: usize,
    fault: Option<Fault>,
}

impl Proxy {
    /// Starts a proxy in front of a port of this machine.
    pub(crate) fn before(server: u16) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let faults = Arc::new(Mutex::new(Faults::default()));
        let all = Arc::clone(&faults);
        let line = Arc::new(Line::default());
        let same_line = Arc::clone(&line);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if same_line.is_down.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let faults = Arc::clone(&all);
                let line = Arc::clone(&same_line);
                std::thread::spawn(move || pass(&client, &server, &faults, &line));
            }
        });
        Proxy { port, faults, line }
    }

    /// Returns the port that clients connect to.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Applies a fault to the next requests that contain `needle`.
    pub(crate) fn disturb(&self, fault: Fault, needle: &str, times: usize) {
        let needles = vec![needle.into()];
        let fault = Some(fault);
        *self.faults.lock().unwrap() = Faults { needles, skipped: 0, left: times, fault };
    }

    /// Cuts the responses to the next requests that contain `needle`.
    pub(crate) fn cut(&self, needle: &str, times: usize) {
        self.disturb(Fault::Cut, needle, times);
    }

    /// Cuts the responses to all requests that contain one of `needles`, after letting
    /// `skipped` of them pass.
    pub(crate) fn cut_from(&self, needles: &[&str], skipped: usize) {
        let needles = needles.iter().map(|needle| (*needle).into()).collect();
        let fault = Some(Fault::Cut);
        *self.faults.lock().unwrap() = Faults { needles, skipped, left: usize::MAX, fault };
    }

    /// Holds back the response to a request that contains one of `needles`, after letting
    /// `skipped` others pass.
    pub(crate) fn hold(&self, needles: &[&str], skipped: usize) {
        let needles = needles.iter().map(|needle| (*needle).into()).collect();
        let fault = Some(Fault::Held);
        *self.faults.lock().unwrap() = Faults { needles, skipped, left: 1, fault };
    }

    /// Returns whether the server has sent the response that is held back.
    pub(crate) fn is_held(&self) -> bool {
        self.line.is_held.load(Ordering::SeqCst)
    }

    /// Returns how often clients have sent this.
    pub(crate) fn sent(&self, text: &str) -> usize {
        let sent = self.line.sent.lock().unwrap();
        sent.windows(text.len()).filter(|window| *window == text.as_bytes()).count()
    }

    /// Returns whether clients have sent this.
    pub(crate) fn has_sent(&self, text: &str) -> bool {
        self.sent(text) > 0
    }

    /// Blocks all traffic, or lets it pass again.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.line.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Delays traffic in each direction.
    pub(crate) fn delay(&self, milliseconds: u64) {
        self.line.delay_ms.store(milliseconds, Ordering::SeqCst);
    }

    /// Returns the number of requests still to affect.
    pub(crate) fn left(&self) -> usize {
        self.faults.lock().unwrap().left
    }
}

/// Copies bytes in both directions until a side ends or a fault ends the connection.
fn pass(client: &TcpStream, server: &TcpStream, faults: &Mutex<Faults>, line: &Line) {
    let may_pass = || {
        std::thread::sleep(Duration::from_millis(line.delay_ms.load(Ordering::SeqCst)));
        !line.is_down.load(Ordering::SeqCst)
    };
    let is_cut = Mutex::new(false);
    let is_held = AtomicBool::new(false);
    let is_gone = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            copy(client, server, |bytes| {
                line.sent.lock().unwrap().extend(bytes);
                let mut faults = faults.lock().unwrap();
                let mut needles = faults.needles.iter();
                let hit = faults.left > 0
                    && needles.any(|needle| bytes.windows(needle.len()).any(|part| part == needle));
                if hit && faults.skipped > 0 {
                    faults.skipped -= 1;
                } else if hit {
                    faults.left -= 1;
                    match faults.fault {
                        Some(Fault::Held) => is_held.store(true, Ordering::SeqCst),
                        Some(Fault::Cut) => *is_cut.lock().unwrap() = true,
                        Some(Fault::Lost) => return false,
                        None => {}
                    }
                }
                drop(faults);
                may_pass()
            });
            is_gone.store(true, Ordering::SeqCst);
        });
        // The server has responded, so the request has taken effect.
        copy(server, client, |_| {
            if is_held.load(Ordering::SeqCst) {
                line.is_held.store(true, Ordering::SeqCst);
                // Until the client is gone, which ends the other direction.
                while !is_gone.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(5));
                }
                return false;
            }
            !*is_cut.lock().unwrap() && may_pass()
        });
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
