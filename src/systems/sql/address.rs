//! Parses a database's URL: its address, and its secret parts.

use crate::systems::http::Redactor;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use url::Url;

/// The parameters that sqlx supports in a PostgreSQL URL. It logs any other one with its
/// value.
const POSTGRES_PARAMETERS: [&str; 17] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

/// The parameters that sqlx supports in a MySQL URL. It ignores any other one.
const MYSQL_PARAMETERS: [&str; 9] = [
    "charset",
    "collation",
    "socket",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "sslca",
    "sslmode",
];

/// Why a database's URL cannot be used. It reveals nothing of the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    #[error(
        "the URL of the database starts with none of `postgres:`, `postgresql:`, `mysql:`, \
         `mariadb:` and `sqlite:`"
    )]
    Scheme,
    #[error("the URL of the database cannot be read")]
    Form,
    #[error("the URL of the database has a parameter that is unknown or has a wrong value")]
    Parameter,
}

impl UrlError {
    /// Returns what to do about it; completes "hint: …".
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            UrlError::Scheme => {
                "write it like postgres://user:password@host/database, mysql://…, mariadb://… or \
                 sqlite:path/to/file.db"
            }
            UrlError::Form => {
                "write it like postgres://user:password@host/database, mysql://…, mariadb://… or \
                 sqlite:path/to/file.db, with special characters percent-encoded: `@` is %40, `/` \
                 is %2F, `#` is %23, `?` is %3F, `%` is %25"
            }
            UrlError::Parameter => {
                "remove the unsupported parameters after `?`; supported are such as `sslmode`: \
                 `require`, `verify-full` or `disable` in PostgreSQL, `required`, `verify_identity` or \
                 `disabled` in MySQL and MariaDB"
            }
        }
    }
}

/// The address of a database.
pub(crate) enum Address {
    Postgres(Box<PgConnectOptions>),
    Mysql(Box<MySqlConnectOptions>),
    Sqlite(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Postgres(options) => match options.get_socket() {
                Some(_) => write!(f, "PostgreSQL on this machine"),
                None => write!(f, "PostgreSQL on {}:{}", options.get_host(), options.get_port()),
            },
            Address::Mysql(options) => match options.get_socket() {
                Some(_) => write!(f, "MySQL or MariaDB on this machine"),
                None => {
                    write!(f, "MySQL or MariaDB on {}:{}", options.get_host(), options.get_port())
                }
            },
            Address::Sqlite(path) => write!(f, "SQLite in {}", path.display()),
        }
    }
}

/// Parses a URL. The redactor removes the URL, the user and the password from messages.
pub(crate) fn read(url: &SecretString) -> Result<(Address, Redactor), UrlError> {
    let text = url.expose_secret().trim();
    let (scheme, rest) = text.split_once(':').ok_or(UrlError::Form)?;
    match scheme {
        "postgres" | "postgresql" => {
            let url = server(text, &POSTGRES_PARAMETERS)?;
            let options = PgConnectOptions::from_url(&url).map_err(|_| UrlError::Parameter)?;
            let is_here = options.get_socket().is_some() || is_here(options.get_host());
            let options = match sets_encryption(&url) || is_here {
                true => options,
                false => options.ssl_mode(PgSslMode::VerifyFull),
            };
            let options = options.disable_statement_logging();
            Ok((Address::Postgres(Box::new(options)), redactor(text, &url)))
        }
        "mysql" | "mariadb" => {
            let url = server(text, &MYSQL_PARAMETERS)?;
            let options = MySqlConnectOptions::from_url(&url).map_err(|_| UrlError::Parameter)?;
            let is_here = options.get_socket().is_some() || is_here(options.get_host());
            let options = match sets_encryption(&url) || is_here {
                true => options,
                false => options.ssl_mode(MySqlSslMode::VerifyIdentity),
            };
            // The session keeps the user's defaults, so that a query that was tried in
            // another client has the same meaning here.
            let options = options
                .pipes_as_concat(false)
                .no_engine_substitution(false)
                .timezone(None)
                .disable_statement_logging();
            Ok((Address::Mysql(Box::new(options)), redactor(text, &url)))
        }
        "sqlite" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let path = decoded(path).filter(|path| !path.is_empty()).ok_or(UrlError::Form)?;
            // An in-memory database would be empty.
            if path.contains(['?', '\0']) || path == ":memory:" {
                return Err(UrlError::Form);
            }
            let redactor = Redactor::new([SecretString::from(text)]);
            Ok((Address::Sqlite(path.into()), redactor))
        }
        _ => Err(UrlError::Scheme),
    }
}

/// Parses the URL of a server.
fn server(text: &str, parameters: &[&str]) -> Result<Url, UrlError> {
    let url = Url::parse(text).map_err(|_| UrlError::Form)?;
    // With these, an unencoded part of a password would be parsed as host, database or
    // parameter, and shown.
    let after_host = format!("{}{}", url.path(), url.query().unwrap_or_default());
    if url.cannot_be_a_base() || url.fragment().is_some() || after_host.contains('@') {
        return Err(UrlError::Form);
    }
    if url.query_pairs().any(|(name, _)| !parameters.contains(&&*name)) {
        return Err(UrlError::Parameter);
    }
    Ok(url)
}

/// Returns whether a URL states how the connection is encrypted.
fn sets_encryption(url: &Url) -> bool {
    url.query_pairs().any(|(name, _)| name == "sslmode" || name == "ssl-mode")
}

/// Returns whether a host is this machine. A path is the folder of a socket.
fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || host.starts_with('/') || address.is_ok_and(|a| a.is_loopback())
}

fn redactor(text: &str, url: &Url) -> Redactor {
    let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let user_info = authority.rsplit_once('@').map_or("", |(user_info, _)| user_info);
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let mut secrets = vec![text.to_owned(), url.to_string()];
    let parameter = |wanted: &str| {
        let found = url.query_pairs().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned())
    };
    let passwords = [Some(password.to_owned()), decoded(password), parameter("password")];
    secrets.extend(passwords.into_iter().flatten());
    secrets.extend(url.password().map(str::to_owned));
    // Parts without a password are names, such as `returns@` or `/returns`, and records may have
    // the same.
    let (login, has_login) = (format!("{user_info}@"), !password.is_empty());
    let has_password = has_login || parameter("password").is_some();
    let mut phrases = Vec::new();
    for (part, is_key) in [(after_scheme, has_password), (&login, has_login)] {
        match part {
            "" | "/" | "@" => {}
            _ if is_key => secrets.push(part.to_owned()),
            _ => phrases.push(part.to_owned()),
        }
    }
    let redactor = Redactor::new(secrets.into_iter().map(SecretString::from));
    // User names are often those of systems, so a name is hidden only where a database
    // quotes it: in a failed login.
    let users = [Some(user.to_owned()), decoded(user), parameter("user")];
    for user in users.into_iter().flatten().filter(|user| !user.is_empty()) {
        phrases.extend([format!("\"{user}\""), format!("'{user}'")]);
    }
    let phrases = phrases.into_iter().map(SecretString::from);
    phrases.for_each(|phrase| redactor.add_phrase(&phrase));
    redactor
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(url: &str) -> Result<(Address, Redactor), UrlError> {
        read(&SecretString::from(url))
    }

    fn address(url: &str) -> String {
        open(url).map_or_else(|error| format!("{error:?}"), |(address, _)| address.to_string())
    }

    #[test]
    fn an_address_shows_neither_user_nor_password() {
        for (url, shown) in [
            ("postgres://ann:pw@db.example/fleet", "PostgreSQL on db.example:5432"),
            ("postgresql://ann:p%40%2F%23@[::1]:7/fleet\n", "PostgreSQL on [::1]:7"),
            ("postgres:///fleet?host=/run/pg", "PostgreSQL on this machine"),
            ("mysql://ann@db.example:3307/fleet", "MySQL or MariaDB on db.example:3307"),
            ("mariadb://ann:p@pw@db.example", "MySQL or MariaDB on db.example:3306"),
            ("sqlite:data/a%20b.db", "SQLite in data/a b.db"),
            ("sqlite:///data/a.db", "SQLite in /data/a.db"),
            ("sqlite:/data/a.db", "SQLite in /data/a.db"),
        ] {
            assert_eq!(address(url), shown, "{url}");
        }
    }

    #[test]
    fn a_url_that_is_none_shows_nothing_of_itself() {
        for (url, error) in [
            ("oracle://ann:s3cret@db.example/fleet", UrlError::Scheme),
            ("s3cret", UrlError::Form),
            ("", UrlError::Form),
            ("sqlite:", UrlError::Form),
            ("sqlite::memory:", UrlError::Form),
            ("postgres:s3cret", UrlError::Form),
            ("postgres://ann:s3cret@db.example:port/fleet", UrlError::Form),
            // Passwords that are not encoded.
            ("postgres://ann:12/s3cret@db.example/fleet", UrlError::Form),
            ("postgres://ann:12?s3cret@db.example/fleet", UrlError::Form),
            ("mysql://ann:12#s3cret@db.example/fleet", UrlError::Form),
            ("postgres://db.example/fleet?pasword=s3cret", UrlError::Parameter),
            ("postgres://db.example/fleet?sslmode=s3cret", UrlError::Parameter),
            ("mysql://db.example/fleet?password=s3cret", UrlError::Parameter),
        ] {
            let refused = open(url).err().unwrap();
            assert_eq!(refused, error, "{url}");
            assert!(!format!("{refused} {refused:?} {}", refused.hint()).contains("s3cret"));
        }
        let schemes = ["postgres", "postgresql", "mysql", "mariadb", "sqlite"];
        assert!(schemes.iter().all(|scheme| UrlError::Scheme.to_string().contains(scheme)));
    }

    #[test]
    fn other_hosts_have_to_show_their_certificate_unless_the_url_says_otherwise() {
        let mode = |url: &str| match open(url).map(|(address, _)| address).unwrap() {
            Address::Postgres(options) => format!("{:?}", options.get_ssl_mode()),
            Address::Mysql(options) => format!("{:?}", options.get_ssl_mode()),
            Address::Sqlite(_) => String::new(),
        };
        for (host, postgres, mysql) in [
            ("db.example", "VerifyFull", "VerifyIdentity"),
            ("192.0.2.1", "VerifyFull", "VerifyIdentity"),
            ("localhost.example", "VerifyFull", "VerifyIdentity"),
            ("127.0.0.2", "Prefer", "Preferred"),
            ("[::1]", "Prefer", "Preferred"),
            ("localhost", "Prefer", "Preferred"),
        ] {
            assert_eq!(mode(&format!("postgres://ann:pw@{host}/fleet")), postgres, "{host}");
            assert_eq!(mode(&format!("mysql://ann:pw@{host}/fleet")), mysql, "{host}");
        }
        for (url, expected) in [
            ("postgres://db.example/fleet?sslmode=disable", "Disable"),
            ("postgres://db.example/fleet?ssl-mode=require", "Require"),
            ("postgres://127.0.0.1/fleet?host=db.example", "VerifyFull"),
            ("mysql://db.example/fleet?ssl-mode=disabled", "Disabled"),
            ("mysql://db.example/fleet?sslmode=required", "Required"),
        ] {
            assert_eq!(mode(url), expected, "{url}");
        }
    }

    #[test]
    fn no_part_of_a_url_that_is_secret_is_left_in_a_message() {
        let (_, redactor) = open("postgres://omnirps:p%40ss:%20w@db.example/fleet").unwrap();
        for message in [
            "bad URL postgres://omnirps:p%40ss:%20w@db.example/fleet",
            "bad URL omnirps:p%40ss:%20w@db.example/fleet",
            "no host omnirps:p%40ss:%20w@db.example",
            "password p%40ss:%20w or p@ss: w",
            "no role \"omnirps\", no user 'omnirps'@'%'",
        ] {
            let shown = redactor.message(message);
            assert!(!shown.contains("omnirps") && !shown.contains("ss:"), "{shown}");
        }
        let column = "no column omnirps.tracking_webhook.url";
        assert_eq!(redactor.message(column), column, "a user may be called like a system");
        let (_, redactor) = open("postgres:///fleet?host=db.example&password=s3cret").unwrap();
        assert!(!redactor.message("the password s3cret").contains("s3cret"));
    }

    #[test]
    fn a_record_may_be_called_like_a_user_but_not_like_a_password() {
        for (url, is_held) in [
            ("postgres://returns@127.0.0.1:1/fleet", false),
            ("postgres://returns:@127.0.0.1:1/fleet", false),
            ("mysql://returns", false),
            ("postgres:///returns", false),
            ("postgres://returns@127.0.0.1:1/fleet?password=s3cret", false),
            ("postgres://ann:returns@127.0.0.1:1/fleet", true),
            ("postgres:///fleet?password=returns", true),
        ] {
            let (_, redactor) = open(url).unwrap();
            assert_eq!(redactor.holds("Happy Returns"), is_held, "{url}");
        }
        let (_, redactor) = open("postgres://returns@127.0.0.1:1/fleet").unwrap();
        assert_eq!(redactor.message("no host returns@127.0.0.1"), "no host [redacted]127.0.0.1");
    }
}
