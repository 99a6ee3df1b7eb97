//! Whatever the header: it is accepted if, and only if, it is the body's signature, and the body in
//! pieces is judged as the body in one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use whatsapp_signature::{AppSecret, Signer, Verifier};

fuzz_target!(|data: &[u8]| {
    let Some((how, rest)) = data.split_first() else { return };
    let (first, body) = rest.split_at(rest.len().min(usize::from(how >> 1)));
    let secret = AppSecret::new("test_app_secret").expect("a secret");
    let signature = Signer::new(&secret).sign(body).to_string();
    let header = if how & 1 == 0 {
        first.to_vec()
    } else {
        // The right one with some bytes changed: pairs of a place and what to flip there.
        let mut header = signature.clone().into_bytes();
        for pair in first.chunks_exact(2) {
            let at = usize::from(pair[0]) % header.len();
            header[at] ^= pair[1];
        }
        header
    };
    // Hex digits may be of either case; the prefix may not.
    let same = header.get(..7) == Some(&b"sha256="[..])
        && header[7..].eq_ignore_ascii_case(&signature.as_bytes()[7..]);
    let verifier = Verifier::new(secret);
    assert_eq!(verifier.verify(&header, body).is_ok(), same);
    let in_pieces = verifier.start(&header).and_then(|mut verification| {
        body.chunks(3).for_each(|piece| verification.update(piece));
        verification.finish()
    });
    assert_eq!(in_pieces.is_ok(), same);
});
