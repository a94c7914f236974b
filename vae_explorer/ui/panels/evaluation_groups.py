"""The groups of an evaluation in plain words: a short name, and what the figures answer."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["GROUPS", "GroupWords"]


class GroupWords(NamedTuple):
    """One chip: its key in the suite, its name, and what it tells."""

    key: str
    name: str
    tooltip: str
    whats_this: str


GROUPS = (
    GroupWords(
        "bound",
        "Loss",
        "−ELBO, reconstruction and KL, with their errors",
        "The loss that training minimised, on images that it has not seen: reconstruction plus KL, in nats an image.",
    ),
    GroupWords(
        "likelihood",
        "Likelihood",
        "−log p(x) by importance sampling with K samples an image",
        "How probable the model holds each image to be. K samples of z an image bound −log p(x) from above; more "
        "samples bring it closer and take longer. Effective samples tell how far the figure can be trusted.",
    ),
    GroupWords(
        "latents",
        "Dimensions",
        "What each latent dimension carries: KL, active, collapsed",
        "KL of each latent dimension, how many are active (their mean varies over images by more than 0.01) and how "
        "many have collapsed to the prior.",
    ),
    GroupWords(
        "aggregate",
        "Whole latent space",
        "Mutual information, total correlation and MMD of all codes together",
        "Compares the codes of all images together, q(z), with the prior: mutual information, total correlation, "
        "dimension-wise KL and MMD. Mutual information cannot exceed log N, which is shown beside it.",
    ),
    GroupWords(
        "reconstructions",
        "Reconstructions",
        "Originals and what the model makes of them, side by side",
        "A row of images over a row of their reconstructions, for the eye.",
    ),
    GroupWords(
        "sharpness",
        "Sharpness",
        "PSNR, SSIM and the share of fine detail that survives",
        "How close reconstructions come to their originals: PSNR in dB, SSIM, and the ratio of Laplacian energies, "
        "1 where as much fine detail is left and near 0 where all is blurred.",
    ),
    GroupWords(
        "samples",
        "Samples",
        "Fréchet distance, precision and recall of generated images",
        "Compares images drawn from the prior with real ones, in features of the model's own encoder and of a small "
        "classifier that the program trains on the data. Not the “FID” of papers, which uses another network.",
    ),
    GroupWords(
        "probes",
        "Probes",
        "How well labels are found in the codes: linear and 10 nearest neighbours",
        "A linear classifier and the ten nearest neighbours guess the labels of held-back images from their codes. "
        "Needs images with classes.",
    ),
    GroupWords(
        "disentanglement",
        "Factors",
        "MIG, FactorVAE, β-VAE, SAP, DCI and modularity of known factors",
        "Whether each latent dimension follows one factor of the images. Needs images with known factors, such as "
        "Blooms, and follows the protocol of Locatello et al. (2019).",
    ),
    GroupWords(
        "anomaly",
        "Strange images",
        "How scores of strangeness are spread, and which classes stand out",
        "Squared error, −ELBO and KL of every image, the worst reconstructed ones, and how far each class stands out "
        "from all others (AUROC). The Anomalies tab shows the images themselves.",
    ),
)
