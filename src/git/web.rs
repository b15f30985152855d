//! Where a forge shows a repository to a browser.
//!
//! Enters: the address that the repository was cloned from. Leaves: addresses of pages. The
//! forms of GitHub, GitLab and Bitbucket are those that <https://pypi.org/project/vcslinks/>
//! writes (seen on 2026-11-27); of other forges nothing is known.

use super::Repository;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::Path;
use url::Url;

/// What stays as it is in the path of an address.
const IN_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The pages of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Forge {
    /// The address of the repository, without a slash at its end.
    base: String,
    /// What comes before a commit in the addresses of the commit, a file and its history.
    parts: [&'static str; 3],
}

impl Forge {
    /// Returns the pages of a repository by the address of its remote.
    fn of(remote: &str, variable: impl Fn(&str) -> Option<String>) -> Option<Forge> {
        let (host, path) = host_and_path(remote)?;
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
        Some(Forge { base: format!("https://{host}/{}", encoded(&path)), parts })
    }

    /// The page of a commit.
    pub(crate) fn commit(&self, id: &str) -> String {
        format!("{}{}{id}", self.base, self.parts[0])
    }

    /// What comes before a file's path in the address of its page.
    pub(crate) fn file(&self, commit: &str) -> String {
        format!("{}{}{commit}/", self.base, self.parts[1])
    }

    /// What comes before a file's path in the address of its history.
    pub(crate) fn history(&self, commit: &str) -> String {
        format!("{}{}{commit}/", self.base, self.parts[2])
    }
}

impl Repository {
    /// Returns the pages of the repository, where its remote `origin` is on a known forge.
    pub(crate) fn forge(&self) -> Option<Forge> {
        let remote = self.run(&["remote", "get-url", "origin"]).ok()?;
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Forge::of(String::from_utf8_lossy(&remote).trim(), variable)
    }

    /// Returns the path of a file below the top, as a part of an address. Links are followed.
    pub(crate) fn address_of(&self, file: &Path) -> Option<String> {
        let file = std::fs::canonicalize(file).ok()?;
        let path = file.strip_prefix(&self.top).ok()?.to_str()?;
        Some(encoded(&path.replace('\\', "/")))
    }
}

fn encoded(path: &str) -> String {
    utf8_percent_encode(path, IN_PATH).to_string()
}

/// Returns the host of a remote and the path of the repository on it. User names and passwords
/// are left out.
fn host_and_path(remote: &str) -> Option<(String, String)> {
    let (host, path) = if remote.contains("://") {
        let url = Url::parse(remote).ok().filter(|url| url.scheme() != "file")?;
        (url.host_str()?.to_owned(), url.path().to_owned())
    } else {
        // The short form of git-clone(1): `[user@]host:path`.
        let (host, path) = remote.split_once(':').filter(|(host, _)| !host.contains('/'))?;
        (host.rsplit('@').next()?.to_lowercase(), path.to_owned())
    };
    let path = path.trim_matches('/').trim_end_matches(".git").to_owned();
    (host.contains('.') && path.contains('/')).then_some((host, path))
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
