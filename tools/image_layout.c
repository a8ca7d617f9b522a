// SPDX-License-Identifier: 0BSD
/* image_layout.c - what lies where in the image. */
#include "host.h"

#include "image_layout.h"

_Static_assert(IMAGE_MAX_FILES * (sizeof(struct image_file) +
				  IMAGE_MAX_NAME + 1) <= IMAGE_MAX_DIRECTORY,
	       "the directory of the most files with the longest names is "
	       "larger than IMAGE_MAX_DIRECTORY");

static uint64_t round_up_divide(uint64_t n, uint64_t by)
{
	return n / by + (n % by != 0);
}

/* The directory: the entries, then all names, each with its NUL. */
static uint32_t place_names(struct image_layout *l,
			    const struct content *contents)
{
	uint32_t end = (uint32_t)(l->file_count * sizeof(struct image_file));

	for (size_t i = 0; i < l->file_count; i++) {
		l->file[i].name_offset = end;
		l->file[i].name_size = (uint32_t)contents[i].name_size;
		end += l->file[i].name_size + 1;
	}
	return end;
}

/* At most 1.2 million sectors to a file: 32 bits hold them all. */
static uint32_t place_tables(struct image_layout *l, uint32_t lba)
{
	for (size_t i = 0; i < l->file_count; i++) {
		struct image_file *file = &l->file[i];

		file->block_count = (uint32_t)
			round_up_divide(file->size, IMAGE_BLOCK_SIZE);
		if (file->block_count == 0)
			continue;
		file->table_lba = lba;
		lba += (uint32_t)round_up_divide(file->block_count,
						 IMAGE_TABLE_BLOCKS);
	}
	return lba;
}

void image_layout_begin(struct image_layout *l, size_t stage2_size,
			const struct content *contents, size_t count)
{
	*l = (struct image_layout){ .file_count = count };
	for (size_t i = 0; i < count; i++) {
		l->file[i].type = contents[i].type;
		l->file[i].flags = contents[i].flags;
		l->file[i].size = contents[i].size;
		l->file[i].wish_offset = contents[i].wish_offset;
	}
	l->stage2_sectors = (uint32_t)round_up_divide(stage2_size,
						      SECTOR_SIZE);
	l->super_lba = STAGE2_LBA + l->stage2_sectors;
	l->directory_lba = l->super_lba + 1;
	l->directory_sectors = (uint32_t)
		round_up_divide(place_names(l, contents), SECTOR_SIZE);
	l->next_lba = place_tables(l, l->directory_lba +
				   l->directory_sectors);
	l->small_end = l->next_lba;
}

void image_layout_end(struct image_layout *l)
{
	uint64_t sectors = l->next_lba;

	if (sectors < IMAGE_MIN_SIZE / SECTOR_SIZE)
		sectors = IMAGE_MIN_SIZE / SECTOR_SIZE;
	l->disk_sectors = round_up_divide(sectors, IMAGE_CYLINDER_SECTORS) *
		IMAGE_CYLINDER_SECTORS;
}

uint64_t image_file_end(const struct image_file *file)
{
	return file->data_lba + file->data_sectors;
}

uint16_t image_layout_loader_sectors(const struct image_layout *l)
{
	uint64_t with_kernel = image_file_end(&l->file[0]);
	uint64_t end = l->small_end;

	if (with_kernel > end &&
	    with_kernel - STAGE2_LBA <= LOADER_MAX_SECTORS)
		end = with_kernel;
	if (end - STAGE2_LBA > LOADER_MAX_SECTORS)
		return LOADER_MAX_SECTORS;
	return (uint16_t)(end - STAGE2_LBA);
}
