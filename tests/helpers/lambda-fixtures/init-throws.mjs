throw new RangeError('broken at the top');
