//! The stores that the cases run against: real servers, and a proxy that cuts answers.

use super::{Fault, Flaky, acquire, batch, cases, environment};
use crate::databases::{Bucket, PASSWORD_IN_URL, Pooler, Postgres, USER};
use crate::proxy::Proxy;
use crate::runs::document::{Swap, compare_and_set};
use crate::runs::folder::FolderStore;
use crate::runs::lease::{Lease, Refused, running, unlock};
use crate::runs::postgres::PostgresStore;
use crate::runs::s3::S3Store;
use crate::runs::{AppendError, RunStore};
use crate::systems::http::Redactor;
use crate::systems::sql::{Address, read_address};
use object_store::RetryConfig;
use object_store::aws::AmazonS3Builder;
use std::path::Path;
use std::sync::Arc;

fn postgres(url: &str) -> Arc<dyn RunStore> {
    let (address, redactor) = read_address(&url.to_owned().into()).unwrap();
    let place = address.to_string();
    let Address::Postgres(options) = address else { panic!("{place}") };
    Arc::new(PostgresStore::new(*options, place, redactor))
}

fn s3(port: u16, prefix: &str) -> Arc<dyn RunStore> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let retries = RetryConfig { max_retries: 0, ..RetryConfig::default() };
    let objects = AmazonS3Builder::new()
        .with_bucket_name(Bucket::NAME)
        .with_region("us-east-1")
        .with_access_key_id("test")
        .with_secret_access_key("test")
        .with_endpoint(format!("http://127.0.0.1:{port}"))
        .with_allow_http(true)
        .with_retry(retries)
        .build()
        .unwrap();
    let place = "the bucket `records`".into();
    Arc::new(S3Store::new(objects, format!("{prefix}/"), place, Redactor::default()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_folder_keeps_the_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("shared");
    cases::all(&|| Arc::new(FolderStore::shared(root.clone())) as Arc<dyn RunStore>).await;
}

#[tokio::test]
async fn a_damaged_lease_is_named_and_concerns_its_environment_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(FolderStore::shared(folder.path().into()));
    let held = acquire(store.clone(), "one", "host", 30).await.unwrap();
    let run = held.run().run_id.clone();
    std::fs::write(folder.path().join("leases/two.json"), "{\"environment\":").unwrap();
    let refused = acquire(store.clone(), "two", "host", 30).await.err().unwrap();
    let Refused::Store(error) = refused else { panic!("{refused:?}") };
    assert!(error.place.ends_with("/leases/two.json`"), "{error}");
    assert!(error.hint().contains("delete it"), "{error:?}");
    assert_eq!(running(&*store).await.unwrap().0, vec![run.clone()]);
    assert_eq!(unlock(&*store, "another", "dana").await, Err(error));
    assert!(unlock(&*store, &run, "dana").await.unwrap().is_some());
    std::fs::remove_file(folder.path().join("leases/two.json")).unwrap();
    acquire(store, "two", "host", 30).await.unwrap().release().await;
}

#[tokio::test]
async fn a_run_whose_lease_was_removed_records_no_start_after_the_next_one() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let open = |at: &Path| Arc::new(FolderStore::shared(at.to_owned()));
    let store = open(folder.path());
    let first = acquire(store.clone(), "one", "host", 30).await.unwrap();
    let run = first.run().clone();
    store.append(&run, &batch(1, "start", true)).await.unwrap();
    std::fs::remove_file(folder.path().join("leases/one.json")).unwrap();
    // On another machine, where the locks of the first are not seen.
    let (from, to) = (folder.path().join("runs"), other.path().join("runs"));
    std::fs::create_dir_all(&to).unwrap();
    let journal = format!("{}.jsonl", run.run_id);
    std::fs::copy(from.join(&journal), to.join(&journal)).unwrap();
    let second = acquire(open(other.path()), "one", "host", 30).await.unwrap();
    assert!(second.run().token > run.token, "{:?}", second.run());
    let lease = "leases/one.json";
    std::fs::copy(other.path().join(lease), folder.path().join(lease)).unwrap();
    assert_eq!(store.append(&run, &batch(2, "late", true)).await, Err(AppendError::Lost));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_is_always_anothers_first_is_not_tried_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(FolderStore::shared(folder.path().into()));
    let environment = environment("overtaken");
    acquire(store.clone(), &environment, "one", 30).await.unwrap().release().await;
    let twice = Flaky::new(store.clone(), &[Fault::Overtaken; 2]);
    acquire(twice, &environment, "one", 30).await.unwrap().release().await;
    let always = Flaky::new(store, &[Fault::Overtaken; 1000]);
    let refused = acquire(always, &environment, "one", 30).await.err().unwrap();
    let Refused::Store(error) = refused else { panic!("{refused:?}") };
    assert_eq!(error.why, "other processes replace the lease again and again");
}

/// A folder whose names are never flushed, which a network mount may refuse.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_flushed_takes_no_write_of_its_own_for_anothers() {
    let folder = tempfile::tempdir().unwrap();
    let broken = |_: &Path| Err(std::io::ErrorKind::QuotaExceeded.into());
    let open =
        || Arc::new(FolderStore::flushed_with(folder.path().into(), broken)) as Arc<dyn RunStore>;
    let environment = environment("unflushed");
    for _ in 0..2 {
        let lease = acquire(open(), &environment, "one", 30).await.unwrap();
        assert_eq!(lease.permit().check(), Ok(()));
        assert!(acquire(open(), &environment, "two", 30).await.is_err());
        lease.release().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn a_postgresql_database_keeps_the_protocol() {
    let server = Postgres::start();
    cases::all(&|| postgres(&server.url())).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and pgbouncer"]
async fn a_pooler_in_transaction_mode_keeps_the_protocol() {
    let pooler = Pooler::start();
    cases::all(&|| postgres(&pooler.url())).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto's server"]
async fn an_s3_compatible_store_keeps_the_protocol() {
    let bucket = Bucket::start();
    cases::all(&|| s3(bucket.port(), "cases")).await;
}

/// The write of the lease lands and its answer is cut: the run owns its lease, and records
/// a start whose answer is cut as well.
async fn cut(store: Arc<dyn RunStore>, proxy: &Proxy, lease: &str, start: &str) {
    for _ in 0..3 {
        let environment = environment("cut");
        // What is there before: tables, and a connection.
        acquire(store.clone(), &environment, "one", 30).await.unwrap().release().await;
        proxy.cut(lease, 1);
        let held = acquire(store.clone(), &environment, "one", 30).await.unwrap();
        assert_eq!((held.permit().check(), proxy.left()), (Ok(()), 0));
        proxy.cut(start, 1);
        let batch = super::batch(1, "start", true);
        store.append(held.run(), &batch).await.unwrap();
        assert_eq!(proxy.left(), 0);
        assert_eq!(super::text(&*store, &held.run().run_id).await, batch.lines);
        held.release().await;
    }
    unseen(store, proxy, start).await;
}

/// A start is recorded, its answer is cut, and the store stays away for as long as the run
/// asks. When the run records it again, it is there once, and the run has not lost its lease.
async fn unseen(store: Arc<dyn RunStore>, proxy: &Proxy, start: &str) {
    let environment = environment("unseen");
    let held = acquire(store.clone(), &environment, "one", 60).await.unwrap();
    let batch = super::batch(1, "start", true);
    proxy.cut(start, 1);
    let unseen = async {
        while proxy.left() > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        proxy.set_down(true);
    };
    let (appended, ()) = tokio::join!(store.append(held.run(), &batch), unseen);
    assert!(matches!(appended, Err(AppendError::Store(_))), "{appended:?}");
    proxy.set_down(false);
    assert_eq!(store.append(held.run(), &batch).await, Ok(()));
    let next = super::batch(2, "next", true);
    assert_eq!(store.append(held.run(), &next).await, Ok(()));
    let lines = [batch.lines, next.lines].concat();
    assert_eq!(super::text(&*store, &held.run().run_id).await, lines);
    held.release().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn an_answer_of_postgresql_that_is_cut_loses_nothing() {
    let server = Postgres::start();
    let proxy = Proxy::before(server.port());
    let url = format!("postgres://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{}/postgres", proxy.port());
    cut(postgres(&url), &proxy, "update reconcile.documents", "insert into reconcile.journal")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto's server"]
async fn an_answer_of_s3_that_is_cut_loses_nothing() {
    let bucket = Bucket::start();
    let proxy = Proxy::before(bucket.port());
    let store = s3(proxy.port(), "cut");
    proxy.cut("PUT /records/cut/clock", 1);
    store.clock().await.unwrap();
    assert_eq!(proxy.left(), 0);
    cut(store, &proxy, "PUT /records/cut/leases/", "PUT /records/cut/log/").await;
}

/// Many journals are read at once, and a store answers only so many requests in time.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto's server"]
async fn a_short_journal_of_s3_is_read_with_few_requests() {
    let bucket = Bucket::start();
    let proxy = Proxy::before(bucket.port());
    let (store, reader) = (s3(bucket.port(), "few"), s3(proxy.port(), "few"));
    let held = acquire(store.clone(), &environment("few"), "one", 60).await.unwrap();
    for n in 1..=6 {
        store.append(held.run(), &super::batch(n, "x", n % 2 == 1)).await.unwrap();
    }
    assert_eq!(super::text(&*reader, &held.run().run_id).await.lines().count(), 6);
    // Of them are the index, three starts, three ends and their list.
    let requests = proxy.sent("GET /");
    assert!((8..=12).contains(&requests), "{requests}");
    held.release().await;
}

/// Starts and ends are kept apart, and whoever reads them is farther away than who writes:
/// what is read has all lines before the last one.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto's server"]
async fn a_journal_of_s3_has_no_gap_while_it_is_written() {
    const LINES: u64 = 40;
    let bucket = Bucket::start();
    let proxy = Proxy::before(bucket.port());
    proxy.delay(100);
    let (store, reader) = (s3(bucket.port(), "gap"), s3(proxy.port(), "gap"));
    let held = acquire(store.clone(), &environment("gap"), "one", 60).await.unwrap();
    let run = held.run();
    let line = |n: u64| super::batch(n, "x", n % 2 == 1);
    store.append(run, &line(1)).await.unwrap();
    let write = async {
        for n in 2..=LINES {
            store.append(run, &line(n)).await.unwrap();
        }
    };
    let read = async {
        let mut lines = 0;
        while lines < LINES {
            let text = super::text(&*reader, &run.run_id).await;
            lines = text.lines().count() as u64;
            let whole: String = (1..=lines).map(|n| line(n).lines).collect();
            assert_eq!(text, whole);
        }
    };
    tokio::join!(write, read);
    held.release().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn many_that_make_the_tables_at_once_find_them() {
    let server = Postgres::start();
    for round in 0..3 {
        let url = server.fresh(&format!("tables_{round}"));
        assert_eq!(postgres(&url).load("leases/acme").await, Ok(None), "reading makes nothing");
        let writes = (0..8).map(|at| {
            let store = postgres(&url);
            tokio::spawn(async move {
                compare_and_set(&*store, &format!("probes/{at}"), b"x", None).await
            })
        });
        for write in writes.collect::<Vec<_>>() {
            let swap = write.await.unwrap().unwrap();
            assert!(matches!(swap, Swap::Done { .. }), "{swap:?}");
        }
        assert_eq!(postgres(&url).list("probes/").await.unwrap().len(), 8);
    }
}

/// Reading needs no right to write, and what is missing to write is named at once.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn a_role_that_only_reads_reads_and_is_refused() {
    let server = Postgres::start();
    let url = server.fresh("reading");
    server.execute("create role reader login password 'reader'");
    let reader = url.replace(&format!("{USER}:{PASSWORD_IN_URL}"), "reader:reader");
    let proxy = Proxy::before(server.port());
    let to_proxy =
        |url: &str| url.replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port()));
    let reader = to_proxy(&reader);
    let denied = |why: &str, refused: Result<Lease, Refused>| {
        let Some(Refused::Store(error)) = refused.err() else { panic!("{why}") };
        assert!(error.why.contains(why), "{error}");
        assert!(error.hint().contains("SELECT, INSERT and UPDATE"), "{}", error.hint());
    };
    assert_eq!(postgres(&reader).runs(None).await, Ok(Vec::new()), "there is no schema");
    let asked = acquire(postgres(&reader), "live", "reader", 30).await;
    denied("permission denied for database", asked);
    assert_eq!(proxy.sent("create schema if not exists"), 1, "it is not tried again");
    let store = postgres(&url);
    let lease = acquire(store.clone(), "live", "one", 30).await.unwrap();
    let batch = super::batch(1, "start", true);
    store.append(lease.run(), &batch).await.unwrap();
    let unread = postgres(&reader).runs(None).await.unwrap_err();
    assert!(unread.why.contains("permission denied for schema reconcile"), "{unread}");
    Postgres::execute_at(
        &url,
        "grant usage on schema reconcile to reader;
         grant select on all tables in schema reconcile to reader",
    );
    let run = lease.run().run_id.clone();
    assert_eq!(postgres(&reader).runs(Some("live")).await, Ok(vec![run.clone()]));
    assert_eq!(super::text(&*postgres(&reader), &run).await, batch.lines);
    assert_eq!(running(&*postgres(&reader)).await.unwrap().0, [run]);
    lease.release().await;
    let asked = acquire(postgres(&reader), "live", "reader", 30).await;
    let written = proxy.sent("update reconcile.documents");
    denied("permission denied for table documents", asked);
    assert_eq!(written, 1, "it is not tried again");
    let connected = proxy.sent("SCRAM-SHA-256");
    let nobody = postgres(&to_proxy(&url.replace(PASSWORD_IN_URL, "other")));
    let error = nobody.load("leases/live").await.unwrap_err();
    assert!(error.hint().contains("check the user and the password"), "{error}");
    assert_eq!(proxy.sent("SCRAM-SHA-256") - connected, 1, "it is not tried again");
}
