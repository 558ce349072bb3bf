"""导出: the records of a form as files, read from the answers parsed at their arrival, in flat memory."""
