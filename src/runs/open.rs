//! Opens the store that the project file names, without connecting to it.

use super::RunStore;
use super::folder::FolderStore;
use super::journal::origin::variable;
use super::postgres::PostgresStore;
use super::s3::S3Store;
use crate::model::{Advice, KeySource, S3, State};
use crate::systems::http::Redactor;
use crate::systems::secret::{self, SecretError};
use crate::systems::sql::{Address, read_address};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use object_store::client::{ClientOptions, HttpClient, HttpConnector};
use object_store::{BackoffConfig, RetryConfig};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use url::Position;

/// What to do about an S3-compatible store that cannot be opened.
const CHECK_S3: &str = "check `state.s3` in the project file";

/// Returns the advice about a part of `state` that cannot be used.
fn unusable(part: &str, error: &dyn Error, hint: &str) -> Advice {
    let Advice { message, hint } = Advice::because(error, hint);
    Advice::new(format!("`state.{part}`: {message}"), hint)
}

/// Opens the store of a project; `local` is the project's `.reconcile/`.
pub(crate) fn open(state: &State, local: PathBuf) -> Result<Arc<dyn RunStore>, Advice> {
    let State { postgres, s3, folder, .. } = state;
    Ok(if let Some(postgres) = postgres {
        Arc::new(self::postgres(&postgres.url)?)
    } else if let Some(s3) = s3 {
        Arc::new(self::s3(s3)?)
    } else if let Some(folder) = folder {
        Arc::new(FolderStore::shared(folder.into()))
    } else {
        Arc::new(FolderStore::local(local))
    })
}

fn postgres(url: &KeySource) -> Result<PostgresStore, Advice> {
    let unusable = |error: &dyn Error, hint| unusable("postgres.url", error, hint);
    let url = secret::read(url).map_err(|error| match error {
        SecretError::NotSet { .. } => {
            unusable(&error, "set it to the URL of the database, user and password included")
        }
        SecretError::Unreadable { .. } => {
            unusable(&error, "check the path, which is relative to the project file")
        }
    })?;
    let (address, redactor) = read_address(&url).map_err(|error| unusable(&error, error.hint()))?;
    let place = address.to_string();
    let Address::Postgres(options) = address else {
        return Err(Advice::new(
            "`state.postgres.url` is not the URL of a PostgreSQL database",
            "write it like postgres://user:password@host/database",
        ));
    };
    Ok(PostgresStore::new(*options, place, redactor))
}

fn s3(s3: &S3) -> Result<S3Store, Advice> {
    let S3 { bucket, prefix, region, endpoint } = s3;
    let client = match endpoint {
        Some(endpoint) => crate::systems::http_client(&[endpoint]),
        None => crate::systems::any_http_client(),
    };
    let client = client.map_err(|error| unusable("s3", &error, CHECK_S3))?;
    let no_retries = RetryConfig {
        max_retries: 0,
        retry_timeout: Duration::ZERO,
        backoff: BackoffConfig::default(),
    };
    let mut builder = configured(std::env::vars_os())
        .with_bucket_name(bucket)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_retry(no_retries)
        .with_http_connector(Connector(client));
    if let Some(region) = region {
        builder = builder.with_region(region);
    }
    let mut place = format!("the bucket `{bucket}`");
    if let Some(endpoint) = endpoint {
        builder = builder
            .with_endpoint(endpoint.as_str().trim_end_matches('/'))
            .with_virtual_hosted_style_request(false)
            // The project file allows http for loopback hosts only.
            .with_allow_http(endpoint.scheme() == "http");
        let host = &endpoint[Position::BeforeHost..Position::AfterPort];
        place.push_str(&format!(" on {host}"));
    }
    builder = credentials(builder)?;
    let keys = [
        AmazonS3ConfigKey::AccessKeyId,
        AmazonS3ConfigKey::SecretAccessKey,
        AmazonS3ConfigKey::Token,
    ];
    let keys = keys.iter().filter_map(|key| builder.get_config_value(key));
    let redactor = Redactor::new(keys.map(SecretString::from));
    let objects = builder.build().map_err(|error| unusable("s3", &error, CHECK_S3))?;
    Ok(S3Store::new(objects, prefix.clone().unwrap_or_default(), place, redactor))
}

/// Returns what the variables of AWS say. CI passes a variable that is not set as an empty one, which
/// the library's `from_env` takes for a value.
fn configured(variables: impl Iterator<Item = (OsString, OsString)>) -> AmazonS3Builder {
    let set = variables.filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        let key = name.starts_with("AWS_").then(|| name.to_ascii_lowercase().parse().ok())??;
        (!value.is_empty()).then_some((key, value))
    });
    set.fold(AmazonS3Builder::new(), |builder, (key, value)| builder.with_config(key, value))
}

/// Adds the credentials of a file, unless variables hold them. The library reads no file
/// (<https://docs.rs/object_store/0.14.2/object_store/aws/struct.AmazonS3Builder.html>, seen
/// 2026-11-26).
fn credentials(builder: AmazonS3Builder) -> Result<AmazonS3Builder, Advice> {
    if variable("AWS_ACCESS_KEY_ID").is_some() {
        return Ok(builder);
    }
    let file = variable("AWS_SHARED_CREDENTIALS_FILE").map(PathBuf::from).or_else(|| {
        let home = variable("HOME").or_else(|| variable("USERPROFILE"))?;
        Some(Path::new(&home).join(".aws").join("credentials"))
    });
    let text = file.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    let profile = variable("AWS_PROFILE");
    let found = self::profile(&text, profile.as_deref().unwrap_or("default"));
    if let (Some(id), Some(secret)) =
        (found.get("aws_access_key_id"), found.get("aws_secret_access_key"))
    {
        let builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        return Ok(match found.get("aws_session_token") {
            Some(token) => builder.with_token(token),
            None => builder,
        });
    }
    // The library also requests a role of the cluster or of the container, then of the
    // machine, which may be disabled.
    const ROLES: [&str; 3] = [
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    let is_disabled =
        variable("AWS_EC2_METADATA_DISABLED").is_some_and(|is| is.eq_ignore_ascii_case("true"));
    let has_role = ROLES.iter().any(|name| variable(name).is_some());
    if profile.is_some() || (is_disabled && !has_role) {
        return Err(Advice::new(
            "`state.s3`: there are no credentials",
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile of \
             ~/.aws/credentials",
        ));
    }
    Ok(builder)
}

/// Parses a section of a credentials file.
fn profile(text: &str, wanted: &str) -> BTreeMap<String, String> {
    let mut is_in = false;
    let mut found = BTreeMap::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            is_in = name.trim() == wanted;
        } else if let (true, Some((name, value))) = (is_in, line.split_once('=')) {
            found.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    found
}

/// Provides the library with this program's client, which follows no redirects and uses no
/// proxy for loopback hosts.
#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::{OsString, configured, profile};
    use object_store::aws::AmazonS3ConfigKey;

    #[test]
    fn a_variable_that_is_empty_is_not_set() {
        let variables = |token: &str| {
            let names = ["AWS_SESSION_TOKEN", "AWS_SKIP_SIGNATURE", "AWS_NONE", "SESSION_TOKEN"];
            names.map(OsString::from).into_iter().zip([token, "", "x", "y"].map(OsString::from))
        };
        for (token, expected) in [("", None), ("t", Some("t".to_owned()))] {
            let builder = configured(variables(token));
            assert_eq!(builder.get_config_value(&AmazonS3ConfigKey::Token), expected);
        }
    }

    #[test]
    fn a_profile_is_read_from_its_section() {
        let file = "[default]\naws_access_key_id = A\n# note\n\n[ci]\r\nAWS_ACCESS_KEY_ID=B\n\
                    aws_secret_access_key = x=y\n";
        assert_eq!(profile(file, "default")["aws_access_key_id"], "A");
        assert_eq!(profile(file, "ci")["aws_access_key_id"], "B");
        assert_eq!(profile(file, "ci")["aws_secret_access_key"], "x=y");
        assert!(profile(file, "other").is_empty());
        assert!(profile("", "default").is_empty());
    }
}
