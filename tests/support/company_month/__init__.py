"""A recorded month of a simulated company, with the truth about it counted while it was planted.

50 services, 200 rules, 12 SLOs, five teams, four ISO weeks of Asia/Tokyo (2026-W44 to W47), 30,000 firings. Nothing
here is computed by the router: files hold what a router would have recorded, `Truth` what the planting knows.
"""

from tests.support.company_month.month import Month, month
from tests.support.company_month.truth import Truth

__all__ = ["Month", "Truth", "month"]
