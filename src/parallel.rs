//! Parallel work.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

/// The number of items that a thread takes at a time. More need another thread: starting one
/// takes as long as reading a few files.
const ITEMS: usize = 64;

/// Applies a function to each item, on all cores, and returns the results in the order of the
/// items. Threads take a few items at a time, so that they end together; one at a time gets them
/// from the iterator.
pub(crate) fn map<T: Send, U: Send>(
    items: impl Iterator<Item = T> + Send,
    make: impl Fn(T) -> U + Sync,
) -> Vec<U> {
    in_parts(items, ITEMS, make)
}

/// Like [`map`], for a few slow items: one per thread.
pub(crate) fn each<T: Send, U: Send>(
    items: impl Iterator<Item = T> + Send,
    make: impl Fn(T) -> U + Sync,
) -> Vec<U> {
    in_parts(items, 1, make)
}

fn in_parts<T: Send, U: Send>(
    items: impl Iterator<Item = T> + Send,
    size: usize,
    make: impl Fn(T) -> U + Sync,
) -> Vec<U> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = threads(items.size_hint().1, size, cores);
    let parts = Mutex::new((0.., items));
    let next = || {
        let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        let (numbers, items) = &mut *parts;
        let part: Vec<T> = items.take(size).collect();
        numbers.next().filter(|_| !part.is_empty()).map(|number: usize| (number, part))
    };
    let work = || {
        let mut made: Vec<(usize, Vec<U>)> = Vec::new();
        while let Some((number, part)) = next() {
            made.push((number, part.into_iter().map(&make).collect()));
        }
        made
    };
    let mut parts = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        // This thread works, too: one less has to be started and given memory.
        let mut parts = work();
        parts.extend(others.into_iter().flat_map(join));
        parts
    });
    parts.sort_unstable_by_key(|(number, _)| *number);
    let mut made = Vec::with_capacity(parts.len() * size);
    made.extend(parts.into_iter().flat_map(|(_, part)| part));
    made
}

/// Returns the number of threads for as many items, or for an unknown number of them.
fn threads(items: Option<usize>, size: usize, cores: usize) -> usize {
    items.map_or(cores, |items| cores.min(items.div_ceil(size)))
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
            assert_eq!(super::map(items.iter(), |item| *item), items);
            assert_eq!(super::each(items.iter(), |item| *item), items);
            let unknown = items.iter().filter(|item| *item % 2 == 0);
            let even: Vec<usize> = unknown.clone().copied().collect();
            assert_eq!(super::map(unknown, |item| *item), even);
        }
    }

    #[test]
    fn no_thread_is_started_without_work() {
        for (items, cores, expected) in
            [(0, 64, 0), (64, 64, 1), (65, 64, 2), (1000, 64, 16), (1000, 2, 2)]
        {
            assert_eq!(
                super::threads(Some(items), super::ITEMS, cores),
                expected,
                "{items} items, {cores} cores"
            );
        }
    }
}
