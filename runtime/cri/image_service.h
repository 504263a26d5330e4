// The CRI's ImageService.
#pragma once

#include "cri.grpc.pb.h"
#include "runtime/cri/images.h"

namespace podrun::cri {

class ImageService final : public api::ImageService::Service {
 public:
  explicit ImageService(const Backend& backend) : backend_(backend), pulls_(backend) {}

  grpc::Status ListImages(grpc::ServerContext*, const api::ListImagesRequest*, api::ListImagesResponse*) override;
  grpc::Status StreamImages(grpc::ServerContext*, const api::StreamImagesRequest*,
                            grpc::ServerWriter<api::StreamImagesResponse>*) override;
  grpc::Status ImageStatus(grpc::ServerContext*, const api::ImageStatusRequest*, api::ImageStatusResponse*) override;
  grpc::Status PullImage(grpc::ServerContext*, const api::PullImageRequest*, api::PullImageResponse*) override;
  grpc::Status RemoveImage(grpc::ServerContext*, const api::RemoveImageRequest*, api::RemoveImageResponse*) override;
  grpc::Status ImageFsInfo(grpc::ServerContext*, const api::ImageFsInfoRequest*, api::ImageFsInfoResponse*) override;

 private:
  const Backend& backend_;
  Pulls pulls_;
};

}  // namespace podrun::cri
