"""Addresses of templates."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from templates_app.views import by_number, category, quality, rate_cards, submission, templates, versions

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("whatsapp/templates", templates.TemplateViewSet, basename="template")
router.register("whatsapp/submissions", submission.SubmissionViewSet, basename="submission")
router.register("whatsapp/sync-runs", submission.SyncRunViewSet, basename="sync-run")
router.register("whatsapp/rate-cards", rate_cards.RateCardViewSet, basename="rate-card")

ONE = "whatsapp/templates/<uuid:pk>"
EARLIER = "templates/<uuid:pk>"  # the paths as the older systems had them
CATEGORY, EARLIER_CATEGORY = category.CategoryViewSet.as_view, category.EarlierCategoryViewSet.as_view
OF_CATEGORIES = [
    path(f"{ONE}/category-info", CATEGORY({"get": "category_info"})),
    path(f"{ONE}/allow-category-change", CATEGORY({"patch": "allow_category_change"})),
    path(f"{ONE}/category/accept", CATEGORY({"post": "accept"})),
    path(f"{ONE}/category/keep", CATEGORY({"post": "keep"})),
    path("whatsapp/templates/category-changes", CATEGORY({"get": "category_changes"})),
    path(f"{EARLIER}/category-info", EARLIER_CATEGORY({"get": "category_info"})),
    path(f"{EARLIER}/allow-category-change", EARLIER_CATEGORY({"patch": "allow_category_change"})),
    path("templates/category-changes", EARLIER_CATEGORY({"get": "category_changes"})),
    path("templates/category-changes-history", EARLIER_CATEGORY({"get": "category_changes"})),
]
ASKING = submission.AskingViewSet.as_view
OF_SUBMISSIONS = [
    path(f"{ONE}/submit", ASKING({"post": "submit"})),
    path(f"{ONE}/unpause", ASKING({"post": "unpause"})),
    path(f"{ONE}/delete-at-provider", ASKING({"post": "delete_at_provider"})),
    path("whatsapp/templates/sync", submission.SyncRunViewSet.as_view({"post": "sync"})),
]

NUMBER = "whatsapp/<str:number_id>/templates/<uuid:template_id>"
TEMPLATE = "whatsapp/templates/<uuid:template_id>"
urlpatterns = [
    path(
        f"{NUMBER}/status-history",
        by_number.NumberTemplateViewSet.as_view({"get": "status_history"}),
        name="status-history",
    ),
    path(
        f"{NUMBER}/acknowledge-alert",
        by_number.NumberTemplateViewSet.as_view({"post": "acknowledge_alert"}),
        name="acknowledge-alert",
    ),
    path(f"{TEMPLATE}/versions", versions.VersionViewSet.as_view({"get": "versions"}), name="template-versions"),
    path(f"{TEMPLATE}/versions/compare", versions.VersionViewSet.as_view({"get": "compare"}), name="template-compare"),
    path(
        f"{TEMPLATE}/versions/<int:number>",
        versions.VersionViewSet.as_view({"get": "version"}),
        name="template-version",
    ),
    path(
        f"{TEMPLATE}/versions/<int:number>/rollback",
        versions.VersionViewSet.as_view({"post": "rollback"}),
        name="template-rollback",
    ),
    path(f"{TEMPLATE}/drift/adopt", versions.VersionViewSet.as_view({"post": "adopt"}), name="template-drift-adopt"),
    path(
        f"{TEMPLATE}/drift/restore",
        versions.VersionViewSet.as_view({"post": "restore"}),
        name="template-drift-restore",
    ),
    *OF_CATEGORIES,
    *OF_SUBMISSIONS,
    path(
        "whatsapp/templates/quality-trends",
        quality.QualityViewSet.as_view({"get": "trends"}),
        name="template-quality-trends",
    ),
    *router.urls,
]
