//! Parallel work.

use std::thread;

/// The minimum number of items for more than one thread: starting one takes as long as
/// reading a few files.
const ITEMS_MIN: usize = 64;

/// Applies a function to each item, with one part of the items per core, and returns the results in the order of the items.
pub(crate) fn map<'a, T: Sync, U: Send>(
    items: &'a [T],
    make: impl Fn(&'a T) -> U + Sync,
) -> Vec<U> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    if threads == 1 || items.len() < ITEMS_MIN {
        return items.iter().map(make).collect();
    }
    thread::scope(|scope| {
        let make = &make;
        let mut parts = items.chunks(items.len().div_ceil(threads));
        // This thread takes the first part: one thread less has to be started and given memory.
        let own = parts.next().unwrap_or_default();
        let running: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().map(make).collect::<Vec<U>>()))
            .collect();
        let mut made = Vec::with_capacity(items.len());
        made.extend(own.iter().map(make));
        for thread in running {
            made.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    })
}

/// Runs two functions, on two cores if there are so many.
pub(crate) fn both<A, B: Send>(
    first: impl FnOnce() -> A,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    thread::scope(|scope| {
        let second = scope.spawn(second);
        let first = first();
        (first, second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_is_kept() {
        for count in [0, 1, super::ITEMS_MIN, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(super::map(&items, |item| *item), items);
        }
    }
}
