//! The web pages of a repository on its forge.
//!
//! Enters: the URL that the repository was cloned from. Leaves: URLs of pages. The forms
//! for GitHub, GitLab and Bitbucket are those of <https://pypi.org/project/vcslinks/> (seen
//! on 2026-11-27); other forges are not supported.

use super::Repository;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::path::Path;
use url::Url;

/// The characters that are not encoded in the path of a URL.
const IN_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The pages of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Forge {
    /// The URL of the repository, without a trailing slash.
    base: String,
    /// The path segments before a commit in the URLs of the commit, a file and its history.
    parts: [&'static str; 3],
}

impl Forge {
    /// Returns the pages of a repository for the URL of its remote.
    fn of(remote: &str, variable: impl Fn(&str) -> Option<String>) -> Option<Forge> {
        let (host, port, path) = parts(remote)?;
        let is = |name: &str, server: &str| {
            let server = variable(server).and_then(|server| Url::parse(&server).ok());
            host == name
                || host.split('.').next() == name.split('.').next()
                || server.is_some_and(|server| server.host_str() == Some(host.as_str()))
        };
        let parts = if is("github.com", "GITHUB_SERVER_URL") {
            ["/commit/", "/blob/", "/commits/"]
        } else if is("gitlab.com", "CI_SERVER_URL") {
            ["/-/commit/", "/-/blob/", "/-/commits/"]
        } else if host == "bitbucket.org" {
            ["/commits/", "/src/", "/history-node/"]
        } else {
            return None;
        };
        Some(Forge { base: format!("https://{host}{port}/{}", encoded(&path)), parts })
    }

    /// Returns the page of a commit.
    pub(crate) fn commit(&self, id: &str) -> String {
        format!("{}{}{id}", self.base, self.parts[0])
    }

    /// Returns the URL of a file's page up to the file's path.
    pub(crate) fn file(&self, commit: &str) -> String {
        format!("{}{}{commit}/", self.base, self.parts[1])
    }

    /// Returns the URL of a file's history up to the file's path.
    pub(crate) fn history(&self, commit: &str) -> String {
        format!("{}{}{commit}/", self.base, self.parts[2])
    }
}

impl Repository {
    /// Returns the pages of the repository, if its remote `origin` is on a known forge.
    pub(crate) fn forge(&self) -> Option<Forge> {
        let remote = self.run(&["remote", "get-url", "origin"]).ok()?;
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Forge::of(String::from_utf8_lossy(&remote).trim(), variable)
    }

    /// Returns the path of a file below the top, encoded for a URL. Links are resolved.
    pub(crate) fn address_of(&self, file: &Path) -> Option<String> {
        let file = std::fs::canonicalize(file).ok()?;
        let path = file.strip_prefix(&self.top).ok()?.to_str()?;
        Some(encoded(&path.replace('\\', "/")))
    }
}

fn encoded(path: &str) -> String {
    utf8_percent_encode(path, IN_PATH).to_string()
}

/// Returns the host of a remote, the port of its pages, and the path of the repository, without
/// user name and password.
fn parts(remote: &str) -> Option<(String, String, String)> {
    let (host, port, path) = if remote.contains("://") {
        let url = Url::parse(remote).ok().filter(|url| url.scheme() != "file")?;
        // The port of SSH has no pages.
        let port = url.port().filter(|_| url.scheme() == "https");
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let path = percent_decode_str(url.path()).decode_utf8().ok()?.into_owned();
        (url.host_str()?.to_owned(), port, path)
    } else {
        // The short form of git-clone(1): `[user@]host:path`.
        let (host, path) = remote.split_once(':').filter(|(host, _)| !host.contains('/'))?;
        (host.rsplit('@').next()?.to_lowercase(), String::new(), path.to_owned())
    };
    let path = path.trim_matches('/').trim_end_matches(".git").to_owned();
    (host.contains('.') && path.contains('/')).then_some((host, port, path))
}

#[cfg(test)]
mod tests {
    use super::Forge;

    fn history(remote: &str) -> Option<String> {
        let variable = |name: &str| {
            (name == "CI_SERVER_URL").then(|| "https://code.example.org:8443".to_owned())
        };
        Some(Forge::of(remote, variable)?.history("abc") + "retailers/acme.yaml")
    }

    #[test]
    fn the_remote_says_where_a_file_is_shown() {
        for (remote, expected) in [
            (
                "https://github.com/acme/retailers.git",
                "https://github.com/acme/retailers/commits/abc/retailers/acme.yaml",
            ),
            (
                "git@github.com:acme/retailers.git",
                "https://github.com/acme/retailers/commits/abc/retailers/acme.yaml",
            ),
            (
                "ssh://git@gitlab.example.com:2222/acme/apac/retailers.git",
                "https://gitlab.example.com/acme/apac/retailers/-/commits/abc/retailers/acme.yaml",
            ),
            (
                "https://code.example.org/acme/retailers",
                "https://code.example.org/acme/retailers/-/commits/abc/retailers/acme.yaml",
            ),
            (
                "https://gitlab.example.com:8443/acme/my%20files.git",
                "https://gitlab.example.com:8443/acme/my%20files/-/commits/abc/retailers/acme.yaml",
            ),
            (
                "git@bitbucket.org:acme/retailers.git",
                "https://bitbucket.org/acme/retailers/history-node/abc/retailers/acme.yaml",
            ),
        ] {
            assert_eq!(history(remote).as_deref(), Some(expected), "{remote}");
        }
    }

    #[test]
    fn no_password_is_in_a_link() {
        let address = history("https://dana:s3cret@github.com/acme/retailers.git").unwrap();
        assert_eq!(address, "https://github.com/acme/retailers/commits/abc/retailers/acme.yaml");
    }

    #[test]
    fn other_remotes_have_no_pages() {
        for remote in [
            "",
            "/srv/retailers.git",
            "../retailers",
            "file:///srv/r.git",
            "C:\\r",
            "https://git.example.org/a/b",
        ] {
            assert_eq!(history(remote), None, "{remote}");
        }
    }
}
