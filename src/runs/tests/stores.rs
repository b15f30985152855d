//! The stores that the cases run against: real servers, and a proxy that cuts answers.

use super::{acquire, cases, environment};
use crate::databases::{Bucket, PASSWORD_IN_URL, Pooler, Postgres, USER};
use crate::proxy::Proxy;
use crate::runs::RunStore;
use crate::runs::folder::FolderStore;
use crate::runs::postgres::PostgresStore;
use crate::runs::s3::S3Store;
use crate::systems::sql::{Address, read_address};
use object_store::RetryConfig;
use object_store::aws::AmazonS3Builder;
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
    Arc::new(S3Store::new(objects, format!("{prefix}/"), "the bucket `records`".into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_folder_keeps_the_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("shared");
    cases::all(&|| Arc::new(FolderStore::new(root.clone(), true)) as Arc<dyn RunStore>).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn a_postgresql_database_keeps_the_protocol() {
    let Some(server) = Postgres::start() else { panic!("there is no PostgreSQL") };
    cases::all(&|| postgres(&server.url())).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and pgbouncer"]
async fn a_pooler_in_transaction_mode_keeps_the_protocol() {
    let Some(pooler) = Pooler::start() else { panic!("there is no pgbouncer") };
    cases::all(&|| postgres(&pooler.url())).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto's server"]
async fn an_s3_compatible_store_keeps_the_protocol() {
    let Some(bucket) = Bucket::start() else { panic!("there is no moto_server") };
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
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn an_answer_of_postgresql_that_is_cut_loses_nothing() {
    let Some(server) = Postgres::start() else { panic!("there is no PostgreSQL") };
    let proxy = Proxy::before(server.port());
    let url = format!("postgres://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{}/postgres", proxy.port());
    cut(postgres(&url), &proxy, "update reconcile.documents", "insert into reconcile.journal")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto's server"]
async fn an_answer_of_s3_that_is_cut_loses_nothing() {
    let Some(bucket) = Bucket::start() else { panic!("there is no moto_server") };
    let proxy = Proxy::before(bucket.port());
    let store = s3(proxy.port(), "cut");
    cut(store, &proxy, "PUT /records/cut/leases/", "PUT /records/cut/log/").await;
}
