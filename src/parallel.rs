//! Parallel work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

/// The number of items that a thread takes at a time. More need another thread: starting one
/// takes as long as reading a few files.
const ITEMS: usize = 64;

/// Applies a function to each item, on all cores, and returns the results in the order of the
/// items. Threads take a few items at a time, so that they end together.
pub(crate) fn map<'a, T: Sync, U: Send>(
    items: &'a [T],
    make: impl Fn(&'a T) -> U + Sync,
) -> Vec<U> {
    in_parts(items, ITEMS, make)
}

/// Like [`map`], for a few slow items: one per thread.
pub(crate) fn each<'a, T: Sync, U: Send>(
    items: &'a [T],
    make: impl Fn(&'a T) -> U + Sync,
) -> Vec<U> {
    in_parts(items, 1, make)
}

fn in_parts<'a, T: Sync, U: Send>(
    items: &'a [T],
    size: usize,
    make: impl Fn(&'a T) -> U + Sync,
) -> Vec<U> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = threads(items.len(), size, cores);
    if threads <= 1 {
        return items.iter().map(make).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = items.chunks(size).nth(at) else { return made };
            made.push((at, part.iter().map(&make).collect::<Vec<U>>()));
        }
    };
    let mut parts = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        // This thread works, too: one less has to be started and given memory.
        let mut parts = work();
        parts.extend(others.into_iter().flat_map(join));
        parts
    });
    parts.sort_unstable_by_key(|(at, _)| *at);
    let mut made = Vec::with_capacity(items.len());
    made.extend(parts.into_iter().flat_map(|(_, part)| part));
    made
}

/// Returns the number of threads that have something to do.
fn threads(items: usize, size: usize, cores: usize) -> usize {
    cores.min(items.div_ceil(size))
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_is_kept() {
        for count in [0, 1, super::ITEMS - 1, super::ITEMS, super::ITEMS + 1, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(super::map(&items, |item| *item), items);
            assert_eq!(super::each(&items, |item| *item), items);
        }
    }

    #[test]
    fn no_thread_is_started_without_work() {
        for (items, cores, expected) in
            [(0, 64, 0), (64, 64, 1), (65, 64, 2), (1000, 64, 16), (1000, 2, 2)]
        {
            assert_eq!(
                super::threads(items, super::ITEMS, cores),
                expected,
                "{items} items, {cores} cores"
            );
        }
    }
}
