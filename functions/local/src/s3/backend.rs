//! The S3 protocol's requests, answered from the store: headers and conditions in, objects and error codes out.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use s3s::dto::*;
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::convert;
use super::list::{self, Page, Query};
use super::object::{Headers, Meta};
use super::store::{Condition, Refusal, Store};
use super::{name, upload};

#[derive(Debug, Clone)]
pub(super) struct Backend {
    pub(super) store: Arc<Store>,
    pub(super) max_object: usize,
}

impl Backend {
    /// Files are read and written on threads that may block. In memory nothing does, and a simulation keeps its order of events.
    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Store) -> Result<T, Refusal> + Send + 'static) -> S3Result<T> {
        if self.store.in_memory() {
            return work(&self.store).map_err(convert::error);
        }
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || work(&store)).await {
            Ok(result) => result.map_err(convert::error),
            Err(panic) => Err(S3Error::internal_error(panic)),
        }
    }

    async fn write(&self, bucket: String, meta: Meta, body: Bytes, condition: Condition) -> S3Result<Arc<Meta>> {
        self.blocking(move |store| store.put(&bucket, meta, body, &condition)).await
    }

    fn page(&self, bucket: &str, query: &Query<'_>) -> S3Result<Page> {
        if query.max_keys.is_some_and(|most| most < 0) {
            return Err(S3Error::with_message(S3ErrorCode::InvalidArgument, "max-keys is negative"));
        }
        let bucket = self.store.bucket(bucket).map_err(convert::error)?;
        Ok(query.page(&bucket.objects()))
    }
}

fn checked(key: &str) -> S3Result {
    name::check(key).map_err(|reason| S3Error::with_message(S3ErrorCode::InvalidArgument, reason))
}

#[async_trait::async_trait]
impl S3 for Backend {
    async fn put_object(&self, mut request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        checked(&request.input.key)?;
        let condition = convert::condition(request.input.if_match.as_ref(), request.input.if_none_match.as_ref())?;
        self.store.bucket(&request.input.bucket).map_err(convert::error)?;
        let body = upload::receive(&mut request, self.max_object).await?;
        let input = request.input;
        let mut meta = Meta::of(&input.key, &body);
        meta.headers = Headers {
            content_type: input.content_type,
            cache_control: input.cache_control,
            content_disposition: input.content_disposition,
            content_encoding: convert::content_encoding(input.content_encoding.as_deref()),
            content_language: input.content_language,
        };
        meta.user = input.metadata.unwrap_or_default().into_iter().collect();
        let asked_crc32 = input.checksum_crc32.is_some() || input.checksum_algorithm.is_some();
        let meta = self.write(input.bucket, meta, body, condition).await?;
        Ok(S3Response::new(PutObjectOutput {
            e_tag: Some(ETag::Strong(meta.etag.clone())),
            checksum_crc32: asked_crc32.then(|| meta.crc32.clone()),
            ..PutObjectOutput::default()
        }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        checked(&input.key)?;
        let (bucket, key) = (input.bucket.clone(), input.key.clone());
        let opened = self.blocking(move |store| store.get(&bucket, &key)).await?;
        let meta = Arc::clone(&opened.meta);
        convert::preconditions(
            &meta,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
            input.if_modified_since.as_ref(),
            input.if_unmodified_since.as_ref(),
        )?;
        let range = convert::range(&meta, input.range)?;
        let part = range.is_some();
        let range = range.unwrap_or(0..meta.size);
        let wanted = range.clone();
        let body = self.blocking(move |_| opened.read(&wanted)).await?;
        let head = convert::head(&meta, input.checksum_mode.is_some() && !part);
        let output = GetObjectOutput {
            content_length: i64::try_from(body.len()).ok(),
            content_range: part.then(|| format!("bytes {}-{}/{}", range.start, range.end - 1, meta.size)),
            body: Some(StreamingBlob::from(s3s::Body::from(body))),
            accept_ranges: head.accept_ranges,
            cache_control: head.cache_control,
            checksum_crc32: head.checksum_crc32,
            checksum_type: head.checksum_type,
            content_disposition: head.content_disposition,
            content_encoding: head.content_encoding,
            content_language: head.content_language,
            content_type: head.content_type,
            e_tag: head.e_tag,
            last_modified: head.last_modified,
            metadata: head.metadata,
            ..GetObjectOutput::default()
        };
        let status = if part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        Ok(S3Response {
            output,
            status: Some(status),
            headers: HeaderMap::new(),
            extensions: http::Extensions::new(),
        })
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        checked(&input.key)?;
        let meta = self.store.head(&input.bucket, &input.key).map_err(convert::error)?;
        convert::preconditions(
            &meta,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
            input.if_modified_since.as_ref(),
            input.if_unmodified_since.as_ref(),
        )?;
        Ok(S3Response::new(convert::head(&meta, input.checksum_mode.is_some())))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        let input = request.input;
        checked(&input.key)?;
        let condition = convert::condition(input.if_match.as_ref(), None)?;
        self.blocking(move |store| store.delete(&input.bucket, &input.key, &condition))
            .await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(&self, request: S3Request<DeleteObjectsInput>) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let input = request.input;
        let quiet = input.delete.quiet.unwrap_or(false);
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for wish in input.delete.objects {
            let (bucket, key) = (input.bucket.clone(), wish.key.clone());
            let condition = wish.e_tag.map_or(Condition::Always, |etag| Condition::Matches(etag.into_value()));
            let result = match checked(&wish.key) {
                Ok(()) => self.blocking(move |store| store.delete(&bucket, &key, &condition)).await,
                Err(error) => Err(error),
            };
            match result {
                Ok(()) if quiet => {}
                Ok(()) => deleted.push(DeletedObject {
                    key: Some(wish.key),
                    ..DeletedObject::default()
                }),
                Err(error) => errors.push(Error {
                    key: Some(wish.key),
                    code: Some(error.code().as_str().to_owned()),
                    message: error.message().map(str::to_owned),
                    version_id: None,
                }),
            }
        }
        Ok(S3Response::new(DeleteObjectsOutput {
            deleted: Some(deleted),
            errors: Some(errors),
            ..DeleteObjectsOutput::default()
        }))
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let input = request.input;
        checked(&input.key)?;
        let CopySource::Bucket { bucket, key, .. } = &input.copy_source else {
            return Err(S3ErrorCode::NotImplemented.into());
        };
        checked(key)?;
        let (from, key) = (bucket.to_string(), key.to_string());
        let opened = self.blocking(move |store| store.get(&from, &key)).await?;
        let source = Arc::clone(&opened.meta);
        convert::copy_preconditions(
            &source,
            input.copy_source_if_match.as_ref(),
            input.copy_source_if_none_match.as_ref(),
        )?;
        let size = source.size;
        let body = self.blocking(move |_| opened.read(&(0..size))).await?;
        let mut meta = Meta::of(&input.key, &body);
        if input
            .metadata_directive
            .as_ref()
            .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE)
        {
            meta.headers = Headers {
                content_type: input.content_type,
                cache_control: input.cache_control,
                content_disposition: input.content_disposition,
                content_encoding: convert::content_encoding(input.content_encoding.as_deref()),
                content_language: input.content_language,
            };
            meta.user = input.metadata.unwrap_or_default().into_iter().collect();
        } else {
            meta.headers = source.headers.clone();
            meta.user = source.user.clone();
        }
        let meta = self.write(input.bucket, meta, body, Condition::Always).await?;
        let result = CopyObjectResult {
            e_tag: Some(ETag::Strong(meta.etag.clone())),
            last_modified: Some(meta.last_modified()),
            ..CopyObjectResult::default()
        };
        Ok(S3Response::new(CopyObjectOutput {
            copy_object_result: Some(result),
            ..CopyObjectOutput::default()
        }))
    }

    async fn list_objects_v2(&self, request: S3Request<ListObjectsV2Input>) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let after = match &input.continuation_token {
            Some(token) => list::parse_token(token)
                .ok_or_else(|| S3Error::with_message(S3ErrorCode::InvalidArgument, "the continuation token is not one of ours"))?,
            None => input.start_after.clone().unwrap_or_default(),
        };
        let page = self.page(
            &input.bucket,
            &Query {
                prefix: input.prefix.as_deref().unwrap_or_default(),
                delimiter: input.delimiter.as_deref().unwrap_or_default(),
                after,
                max_keys: input.max_keys,
            },
        )?;
        let url = input
            .encoding_type
            .as_ref()
            .is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
        let (contents, common_prefixes) = convert::page(&page, url);
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            key_count: i32::try_from(contents.len() + common_prefixes.len()).ok(),
            contents: Some(contents),
            common_prefixes: Some(common_prefixes),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.as_deref().map(list::token),
            max_keys: Some(page.max_keys),
            continuation_token: input.continuation_token,
            prefix: Some(convert::encoded(input.prefix.unwrap_or_default(), url)),
            delimiter: input.delimiter.map(|text| convert::encoded(text, url)),
            start_after: input.start_after.map(|text| convert::encoded(text, url)),
            encoding_type: input.encoding_type,
            ..ListObjectsV2Output::default()
        }))
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        let bucket = |name| Bucket {
            name: Some(name),
            ..Bucket::default()
        };
        let buckets = self.store.buckets().into_iter().map(bucket).collect();
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets),
            ..ListBucketsOutput::default()
        }))
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.store.bucket(&request.input.bucket).map_err(convert::error)?;
        Ok(S3Response::new(HeadBucketOutput {
            bucket_region: Some(super::REGION.to_owned()),
            ..HeadBucketOutput::default()
        }))
    }

    async fn create_bucket(&self, request: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        let name = request.input.bucket;
        let location = Some(format!("/{name}"));
        self.blocking(move |store| Ok(store.create_bucket(&name)?)).await?;
        Ok(S3Response::new(CreateBucketOutput { location }))
    }
}
