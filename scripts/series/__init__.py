# SPDX-License-Identifier: GPL-2.0
"""Checks of the series, for scripts/check-series."""
