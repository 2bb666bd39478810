//! How large a picture is, from how its file begins.

use std::io::Cursor;

/// No browser shows a picture with a longer side, and no photograph has one.
const LONGEST: usize = 65_535;

/// Width and height of a picture as browsers show it, in pixels, from the first bytes of its file; `None` when they do not say it.
///
/// A photograph that was taken upright is often stored lying, with a note to turn it (Exif 2.32, tag `Orientation`): browsers turn it, so its sides
/// are exchanged here.
pub fn picture_size(begin: &[u8]) -> Option<(u32, u32)> {
    let found = imagesize::blob_size(begin).ok()?;
    let side = |pixels: usize| u32::try_from(pixels).ok().filter(|_| (1..=LONGEST).contains(&pixels));
    let (width, height) = (side(found.width)?, side(found.height)?);
    Some(if lies(begin) { (height, width) } else { (width, height) })
}

/// Stored with its sides exchanged: turned by a quarter, mirrored or not.
fn lies(begin: &[u8]) -> bool {
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(begin)).ok();
    let orientation = exif
        .as_ref()
        .and_then(|exif| exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY));
    let turned = orientation.and_then(|field| field.value.get_uint(0));
    matches!(turned, Some(5..=8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG of 640 by 480 pixels, without its pixels, that is to be turned as `orientation` says.
    fn jpeg(orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        let mut file = b"\xff\xd8\xff\xe1".to_vec();
        file.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        file.extend(exif);
        file.extend(b"\xff\xc0\0\x11\x08\x01\xe0\x02\x80\x03\x01\x22\0\x02\x11\x01\x03\x11\x01");
        file
    }

    #[test]
    fn a_picture_is_as_large_as_it_is_shown() {
        assert_eq!(picture_size(&jpeg(1)), Some((640, 480)));
        assert_eq!(picture_size(&jpeg(3)), Some((640, 480)), "upside down");
        for turned in 5..=8 {
            assert_eq!(picture_size(&jpeg(turned)), Some((480, 640)), "{turned}");
        }
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x02\x58\x08\x02\0\0\0";
        assert_eq!(picture_size(png), Some((800, 600)));
        assert_eq!(picture_size(b"GIF89a\x40\x01\xf0\0\0\0\0"), Some((320, 240)));
    }

    #[test]
    fn nothing_is_said_of_what_is_cut_or_absurd() {
        let file = jpeg(6);
        for cut in 0..file.len() - 19 {
            assert_eq!(picture_size(&file[..cut]), None, "{cut}");
        }
        let vast = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\0\0\0\x01\x08\x02\0\0\0";
        assert_eq!(picture_size(vast), None);
        assert_eq!(picture_size(b"%PDF-1.7"), None);
        assert_eq!(picture_size(b""), None);
    }
}
