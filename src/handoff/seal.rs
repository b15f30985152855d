//! Encrypts the handoff for the recipients.

use age::armor::{ArmoredWriter, Format};
use age::x25519::Recipient;
use age::{EncryptError, Encryptor};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Why encryption failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("cannot encrypt for recipient {name}: {why}")]
    Recipient { name: String, why: &'static str },
    #[error("it cannot be encrypted")]
    Encrypt(#[source] EncryptError),
    #[error("it cannot be encrypted")]
    Write(#[source] io::Error),
}

/// Returns an age file in ASCII armour that each of the recipients can decrypt.
pub(crate) fn seal(
    clear: &[u8],
    recipients: &BTreeMap<String, String>,
) -> Result<Vec<u8>, SealError> {
    let parsed = recipients.iter().map(|(name, key)| {
        key.parse::<Recipient>().map_err(|why| SealError::Recipient { name: name.clone(), why })
    });
    let parsed = parsed.collect::<Result<Vec<Recipient>, SealError>>()?;
    let encryptor = Encryptor::with_recipients(parsed.iter().map(|recipient| recipient as _))
        .map_err(SealError::Encrypt)?;
    let mut sealed = Vec::new();
    let write = || -> io::Result<()> {
        let armor = ArmoredWriter::wrap_output(&mut sealed, Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armor)?;
        writer.write_all(clear)?;
        writer.finish()?.finish()?;
        Ok(())
    };
    write().map_err(SealError::Write)?;
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use age::x25519::Identity;

    #[test]
    fn each_recipient_can_open_it_and_nobody_else() {
        let [one, two, stranger] = [(); 3].map(|()| Identity::generate());
        let recipients = BTreeMap::from([
            ("one".to_owned(), one.to_public().to_string()),
            ("two".to_owned(), two.to_public().to_string()),
        ]);
        let sealed = seal(b"zq9-key", &recipients).unwrap();
        assert!(sealed.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----\n"));
        for identity in [&one, &two] {
            assert_eq!(age::decrypt(identity, &sealed).unwrap(), b"zq9-key");
        }
        assert!(age::decrypt(&stranger, &sealed).is_err());
    }

    #[test]
    fn without_a_usable_recipient_nothing_is_encrypted() {
        let error = seal(b"x", &BTreeMap::new()).unwrap_err();
        assert!(matches!(error, SealError::Encrypt(EncryptError::MissingRecipients)), "{error}");
        let recipients = BTreeMap::from([("Loop".to_owned(), "age1".to_owned())]);
        let error = seal(b"x", &recipients).unwrap_err();
        assert!(error.to_string().starts_with("cannot encrypt for recipient Loop"), "{error}");
    }
}
